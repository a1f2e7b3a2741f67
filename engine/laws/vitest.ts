import { describe, expect, it } from 'vitest'
import type { Executor } from '../executors/executor.ts'
import { type CheckOptions, trialFor } from './check.ts'
import { executorLaws } from './executorLaws.ts'
import { formatBroken, type Law } from './law.ts'
import { lawsOf, type Operation } from './operationLaws.ts'

/** Registers a test for each law. */
export function describeLaws<Subject>(
  name: string,
  open: () => Subject | Promise<Subject>,
  laws: readonly Law<Subject>[],
  options?: CheckOptions,
): void {
  const trial = trialFor(options)
  describe(`laws of ${name}`, () => {
    it.each(laws)('$name: $statement', async (law) => {
      const broken = await law.check(await open(), trial)
      if (broken !== undefined) expect.fail(formatBroken(law, broken))
    })
  })
}

/** Registers a test for each law of executors. */
export function describeExecutor(name: string, open: () => Promise<Executor>, options?: CheckOptions): void {
  describeLaws(name, open, executorLaws, options)
}

/** Registers a test for each law that applies to an operation. */
export function describeOperation(operation: Operation, options?: CheckOptions): void {
  describeLaws(operation.name, () => operation, lawsOf(operation), options)
}
