import fc from 'fast-check'
import { callsOf } from './call.ts'
import { type OperationName, subjects } from './subjects/index.ts'
import type { Tally } from './tally.ts'
import { complainOf, type Judges } from './trial.ts'

/** Which calls are tried. */
export interface Trials {
  readonly operations: readonly OperationName[]
  /** For each operation. */
  readonly runs: number
  readonly seed: number
  /** Where a run that failed stopped to make its case smaller: tries that case alone. */
  readonly path?: string | undefined
}

export const operationNames = Object.keys(subjects) as OperationName[]

/** Which of the executors that take turns computes a case. */
const turn = fc.noShrink(fc.nat({ max: 2 ** 16 }))

/** Tries random calls of each operation; gives a report of each that fails, with its smallest call, once it is found. */
export async function* fuzz(
  { operations, runs, seed, path }: Trials,
  judges: Judges,
  tally: Tally,
  progress: (operation: OperationName) => void = () => {},
): AsyncGenerator<string, void> {
  for (const operation of operations) {
    progress(operation)
    const property = fc.asyncProperty(callsOf(operation), turn, async (call, turn) => {
      const complaint = await complainOf(call, turn, judges, tally)
      if (complaint !== undefined) throw new Error(complaint)
    })
    const details = await fc.check(property, { numRuns: runs, seed, ...(path && { path }), timeout: 60_000 })
    if (!details.failed) continue
    const { counterexample, errorInstance, counterexamplePath, numRuns } = details
    yield `${operation}, after ${numRuns} cases: ${describe(errorInstance)}\n` +
      `  ${counterexample?.[0]}\n` +
      `  again: npm run fuzz:operations -- --operation ${operation} --seed ${seed} --path ${counterexamplePath}`
  }
}

/** The sentence of a complaint; all of an error that is a fault itself. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.constructor === Error ? error.message : String(error.stack)
}
