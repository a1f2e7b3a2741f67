import { join } from 'node:path'
import { configDefaults, defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { installedGpus } from './test/gpu/software.ts'

/** Where the processes that tests start keep modules without their types: each would spend a second on them. */
const NODE_COMPILE_CACHE = join(import.meta.dirname, 'node_modules/.cache/node')

/** Examples import the package by its name; the sources stand for it, as in `tsconfig.json`. */
const resolve = {
  alias: [{ find: /^thermograd\/(.+)$/, replacement: join(import.meta.dirname, '$1/index.ts') }],
}

const forks = { pool: 'forks', testTimeout: 300_000, setupFiles: 'test/typedArrayEquality.ts' } as const

/** Small files whose tests take the longest: vitest starts with the largest, and these would end long after the others. */
const longest = /test\/(reference\w*|train\/memory)\.test\.ts$/

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLongest = ({ moduleId }: TestSpecification) => longest.test(moduleId)
    return (await super.sort(files)).sort((a, b) => Number(isLongest(b)) - Number(isLongest(a)))
  }
}

/** Software GPUs may be hundreds of times slower than GPUs, and a busy machine slower still. */
const onGpu = { ...forks, testTimeout: 600_000, hookTimeout: 300_000 } as const

const isDriverChosen = 'VK_DRIVER_FILES' in process.env || 'VK_ICD_FILENAMES' in process.env
const [firstGpu, ...otherGpus] = isDriverChosen ? [] : installedGpus()

export default defineConfig({
  test: {
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        resolve,
        test: {
          ...forks,
          name: 'unit',
          env: { NODE_COMPILE_CACHE },
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, 'test/gpu/**', 'test/browser/**'],
        },
      },
      {
        resolve,
        test: {
          ...onGpu,
          name: 'gpu',
          include: ['test/gpu/**/*.test.ts'],
          globalSetup: 'test/gpu/announce.ts',
          env: { ...firstGpu?.environment },
        },
      },
      // On further software GPUs, only what depends on the driver.
      ...otherGpus.map(({ name, environment }) => ({
        resolve,
        test: {
          ...onGpu,
          name: `gpu on ${name}`,
          include: ['conformance', 'executor', 'reference'].map((file) => `test/gpu/${file}.test.ts`),
          env: { ...environment, THERMOGRAD_GPU_MODES: 'webgpu', THERMOGRAD_GPU_FURTHER: '1' },
        },
      })),
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          // A software GPU takes a second a step, and more on a busy machine.
          testTimeout: 900_000,
          hookTimeout: 300_000,
          pool: 'forks',
          maxWorkers: 1,
        },
      },
    ],
  },
})
