import { demand } from '../errors.ts'
import type { Executor } from '../index.ts'
import { type CheckOptions, trialFor } from './check.ts'
import { executorLaws } from './executorLaws.ts'
import { formatBroken, type Law } from './law.ts'
import { lawsOf, type Operation } from './operationLaws.ts'

/** Loaded only under vitest: who checks laws elsewhere does not need it. */
const vitest = globalThis.process?.env['VITEST'] ? await import('vitest') : undefined

/** @internal Vitest, for a function that registers tests. Throws where there is none to register them with. */
export function vitestFor(name: string, instead: string): NonNullable<typeof vitest> {
  demand(vitest !== undefined, () => `${name}: expected to run under vitest; elsewhere call ${instead}`)
  return vitest
}

/** Registers a vitest test for each law of executors. */
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
    it.each(laws)('$name: $statement', async (law) => {
      const broken = await law.check(await open(), trial)
      if (broken !== undefined) expect.fail(formatBroken(law, broken))
    })
  })
}
