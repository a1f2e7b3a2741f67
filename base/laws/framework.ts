import { demand } from '../errors.ts'

type Register = (name: string, body: () => Promise<void>) => unknown

/** The part of a test framework that laws use. Those of vitest, node:test, Jest and mocha all fit. */
export interface TestFramework {
  readonly describe: (name: string, body: () => void) => unknown
  readonly it: Register & { readonly skip: Register }
}

/** The seed of tests that name none, so that a test suite draws the same cases in each run. */
export const seedOfTests = 1

/** How to draw other cases than those of `seedOfTests`. */
export const howToWiden =
  'a test draws the same cases each time; { seed: Date.now(), runs: 1000 } draws others, and more'

/** Loaded only under vitest, whose functions need not be global; checking laws elsewhere does not need it. */
const vitest: unknown = globalThis.process?.env['VITEST'] ? await import('vitest') : undefined

/**
 * @internal Returns the framework for a function that registers tests: the one that it was given, or else vitest's, or
 * else the global functions of Jest and mocha. Throws `InvalidInputError` if there is none.
 */
export function frameworkFor(caller: string, instead: string, given?: TestFramework): TestFramework {
  const found = [given, vitest, globalThis].find(isFramework)
  demand(
    found !== undefined && (given === undefined || found === given),
    () =>
      `${caller}: expected to run under vitest, Jest or mocha, or to get { describe, it } of another framework as the option 'framework'; elsewhere, call ${instead}`,
  )
  return found
}

function isFramework(value: unknown): value is TestFramework {
  if (typeof value !== 'object' || value === null || !('describe' in value) || !('it' in value)) return false
  return typeof value.describe === 'function' && typeof value.it === 'function' && 'skip' in value.it
}
