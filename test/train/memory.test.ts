import { setTimeout } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { Loader, openDigits } from '../../datasets/index.ts'
import { distiller } from '../../kd/index.ts'
import { type EpochEnd, newNetwork, resolveHyperparameters, train } from '../../train/index.ts'

setFlagsFromString('--expose-gc')
// V8's optimized code takes up and frees megabytes of the heap, which would hide a leak.
for (const flag of ['--no-opt', '--no-maglev']) setFlagsFromString(flag)
const collectGarbage: () => void = runInNewContext('gc')

/** Bytes that are still reachable: JavaScript's objects, and what lies outside such as WebAssembly's memory. */
async function memoryInUse(): Promise<{ heapUsed: number; external: number }> {
  for (let i = 0; i < 3; i++) {
    collectGarbage()
    // Finalizers run between tasks.
    await setTimeout(10)
  }
  const { heapUsed, external } = process.memoryUsage()
  return { heapUsed, external }
}

describe('the memory of a training', () => {
  it('should be flat over 1,000 steps of distillation after the first ten', async () => {
    const digits = await openDigits()
    const batchSize = 4
    const measured = new Map<number, Awaited<ReturnType<typeof memoryInUse>>>()
    const epochEnded = async ({ metrics: { epoch } }: EpochEnd) => {
      if (epoch === 1 || epoch === 101) measured.set(epoch, await memoryInUse())
    }
    await train({
      network: newNetwork('resnet8', digits, 1),
      teacher: newNetwork('resnet8', digits, 2),
      method: distiller('dtkd'),
      // Ten steps an epoch.
      hyperparameters: resolveHyperparameters({ epochs: 101, batchSize, lr: 0.001 }),
      trainingImages: new Loader(digits.train, { batchSize, shuffle: true, limit: 10 * batchSize }),
      testImages: new Loader(digits.test, { batchSize, limit: batchSize }),
      observers: [{ epochEnded }],
    })
    const [tenSteps, thousandSteps] = [measured.get(1)!, measured.get(101)!]
    expect(thousandSteps.external - tenSteps.external).toBeLessThan(64 * 1024)
    // Half a kilobyte a step, less than a leaked batch would take.
    expect(thousandSteps.heapUsed - tenSteps.heapUsed).toBeLessThan(500_000)
  })
})
