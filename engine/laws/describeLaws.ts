import { frameworkFor, howToWiden, seedOfTests, type TestFramework } from '../../base/laws/framework.ts'
import { formatBroken, type Law } from '../../base/laws/law.ts'
import type { Executor } from '../index.ts'
import { type CheckOptions, trialFor } from './check.ts'
import { executorLaws } from './executorLaws.ts'
import { lawsOf, type Operation } from './operationLaws.ts'

export interface DescribeOptions extends CheckOptions {
  /** Default: 1, so that a test draws the same cases in each run. `Date.now()` draws new ones each time. */
  readonly seed?: number
  /** Registers the tests, such as `{ describe, it }` of node:test. Default: vitest's, or the globals of Jest and mocha. */
  readonly framework?: TestFramework | undefined
}

/** Registers a test for each executor law. */
export function describeExecutor(
  name: string,
  open: () => Executor | Promise<Executor>,
  options?: DescribeOptions,
): void {
  describeAll('describeExecutor', name, open, executorLaws, options)
}

/** Registers a test for each law that applies to an operation. */
export function describeOperation(operation: Operation, options?: DescribeOptions): void {
  describeAll('describeOperation', operation.name, () => operation, lawsOf(operation), options)
}

function describeAll<Subject>(
  caller: string,
  name: string,
  open: () => Subject | Promise<Subject>,
  laws: readonly Law<Subject>[],
  options?: DescribeOptions,
): void {
  const { describe, it } = frameworkFor(caller, caller.replace('describe', 'check'), options?.framework)
  const trial = trialFor({ ...options, seed: options?.seed ?? seedOfTests })
  describe(`laws of ${name}`, () => {
    for (const law of laws) {
      it(`${law.name}: ${law.statement}`, async () => {
        const broken = await law.check(await open(), trial)
        if (broken === undefined) return
        const text = formatBroken(law, broken)
        throw new Error(trial.seed === seedOfTests ? `${text}\n${howToWiden}` : text)
      })
    }
  })
}
