import { check } from '../base/arguments.ts'
import { executorRule } from './device.ts'
import type { Executor } from './executor.ts'

/** Modes that change how long a computation takes, and no bit of what it comes to. */
const withoutEffectOnBits = new Set(['threads', 'oneThreadBecause', 'sharedMemory', 'revectorize', 'tile'])

/**
 * Everything about an executor that decides the bits of its results: its name and the modes that matter. Where two give the
 * same, the same graph of the same numbers has the same results, bit for bit, on one kind of processor.
 */
export function numericsOf(executor: Executor): { readonly [name: string]: unknown } {
  check('numericsOf', 'executor', executor, executorRule)
  const { name, modes } = executor
  const deciding = Object.entries(modes).filter(([mode]) => !withoutEffectOnBits.has(mode))
  return { executor: name, ...Object.fromEntries(deciding) }
}
