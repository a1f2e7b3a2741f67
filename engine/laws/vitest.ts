import { formatBroken, type Law } from '../../base/laws/law.ts'
import { vitestFor } from '../../base/laws/vitestFor.ts'
import type { Executor } from '../index.ts'
import { type CheckOptions, trialFor } from './check.ts'
import { executorLaws } from './executorLaws.ts'
import { lawsOf, type Operation } from './operationLaws.ts'

/** Registers a vitest test for each executor law. */
export function describeExecutor(
  name: string,
  open: () => Executor | Promise<Executor>,
  options?: CheckOptions,
): void {
  describeAll('describeExecutor', name, open, executorLaws, options)
}

/** Registers a vitest test for each law that applies to an operation. */
export function describeOperation(operation: Operation, options?: CheckOptions): void {
  describeAll('describeOperation', operation.name, () => operation, lawsOf(operation), options)
}

function describeAll<Subject>(
  caller: string,
  name: string,
  open: () => Subject | Promise<Subject>,
  laws: readonly Law<Subject>[],
  options?: CheckOptions,
): void {
  const { describe, expect, it } = vitestFor(caller, caller.replace('describe', 'check'))
  const trial = trialFor(options)
  describe(`laws of ${name}`, () => {
    for (const law of laws) {
      it(`${law.name}: ${law.statement}`, async () => {
        const broken = await law.check(await open(), trial)
        if (broken !== undefined) expect.fail(formatBroken(law, broken))
      })
    }
  })
}
