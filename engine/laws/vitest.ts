import { demand } from '../errors.ts'
import type { Executor } from '../index.ts'
import { type CheckOptions, trialFor } from './check.ts'
import { executorLaws } from './executorLaws.ts'
import { formatBroken, type Law } from './law.ts'
import { lawsOf, type Operation } from './operationLaws.ts'

type Register = (name: string, body: () => Promise<void>) => void

/** What the laws need of vitest, said here so that the package's types need no vitest. */
export interface Vitest {
  readonly describe: (name: string, body: () => void) => void
  readonly it: Register & { readonly skipIf: (condition: unknown) => Register }
  readonly expect: { readonly fail: (message: string) => unknown }
}

/** Loaded only under vitest: checking laws elsewhere does not need it. */
const vitest: Vitest | undefined = globalThis.process?.env['VITEST'] ? await import('vitest') : undefined

/** @internal Vitest, for a function that registers tests. Throws outside of vitest. */
export function vitestFor(name: string, instead: string): Vitest {
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
    for (const law of laws) {
      it(`${law.name}: ${law.statement}`, async () => {
        const broken = await law.check(await open(), trial)
        if (broken !== undefined) expect.fail(formatBroken(law, broken))
      })
    }
  })
}
