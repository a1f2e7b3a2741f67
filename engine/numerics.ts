import { check } from '../base/arguments.ts'
import { executorRule } from './device.ts'
import type { Executor } from './executor.ts'

/** Modes that change the speed of a computation, but no bit of its results. */
const withoutEffectOnBits = new Set(['threads', 'oneThreadBecause', 'sharedMemory', 'revectorize', 'tile'])

/**
 * Returns the properties of an executor that determine the bits of its results: its name and some of its modes. If they are
 * equal for two executors, equal graphs on equal numbers have equal results, bit for bit, on the same kind of processor.
 */
export function numericsOf(executor: Executor): { readonly [name: string]: unknown } {
  check('numericsOf', 'executor', executor, executorRule)
  const { name, modes } = executor
  const deciding = Object.entries(modes).filter(([mode]) => !withoutEffectOnBits.has(mode))
  return { executor: name, ...Object.fromEntries(deciding) }
}
