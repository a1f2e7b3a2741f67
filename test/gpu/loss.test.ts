import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../train/temporaryFolder.ts'
import { modes } from './modes.ts'

const hasWebGpu = modes.some(({ mode }) => mode === 'webgpu')

/** Of nine steps, three in each of three epochs. */
const lostAfter = 5

/**
 * Trains in a process of its own, which continues from a checkpoint if there is one, and whose GPU is lost after some step.
 * Returns what it prints: the weights, or an error.
 */
function trained(folder: string, lost = Number.POSITIVE_INFINITY): string {
  const program = `
    import { acquireAdapter } from './engine/executors/gpu/adapter.ts'
    import { openExecutor, useExecutor } from './engine/index.ts'
    import { distiller } from './kd/index.ts'
    import { resolveHyperparameters, train } from './train/index.ts'
    import { Checkpoints } from './train/loop/checkpoints.ts'
    import { numbersOf, tinyLoaders, tinyNetwork } from './test/train/tinyNetwork.ts'
    useExecutor((await openExecutor('webgpu')).executor)
    const { context } = await acquireAdapter()
    let taken = 0
    const observer = { stepEnded: () => void (++taken === ${lost} && context.device.destroy()) }
    const network = tinyNetwork(1)
    try {
      await train({
        network,
        method: distiller('alone'),
        hyperparameters: resolveHyperparameters({ epochs: 3, batchSize: 8 }),
        ...tinyLoaders(),
        survival: { checkpoints: new Checkpoints(${JSON.stringify(folder)}), everySteps: 2 },
        observers: [observer],
      })
      console.log(JSON.stringify(await numbersOf(network.namedParameters())))
    } catch ({ name, message }) {
      console.log(name, message)
    }
    process.exit()`
  const options = { cwd: join(import.meta.dirname, '../..'), encoding: 'utf8' } as const
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], options)
  expect(stdout, stderr).not.toBe('')
  return stdout.trim()
}

/** The steps of the checkpoints in a folder. */
function savedSteps(folder: string): number[] {
  const names = readdirSync(folder)
  return names.map((name) => Number(/^step-(\d+)-/.exec(name)![1])).sort((a, b) => a - b)
}

describe.skipIf(!hasWebGpu)('a GPU that is lost in the middle of a training', () => {
  it('should end it with a sentence, and leave a checkpoint from which it continues to the same weights', async () => {
    const folder = await temporaryFolder()
    const [whole, broken] = ['whole', 'broken'].map((name) => join(folder, name))
    const wanted = trained(whole)
    expect(wanted).toMatch(/^[{]/)
    expect(trained(broken, lostAfter)).toMatch(
      /^InvalidInputError gpu: the GPU was lost \(.*\), and with it all that it held; resume a training from its last checkpoint$/,
    )
    expect(savedSteps(broken)).toEqual([2, 4])
    expect(trained(broken)).toBe(wanted)
  })
})
