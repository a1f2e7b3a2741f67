import { checkAll, type Report, type Trial } from '../../base/laws/law.ts'
import type { Executor } from '../index.ts'
import { executorLaws } from './executorLaws.ts'
import { lawsOf, type Operation } from './operationLaws.ts'

/** `runs`: cases per law, default 100. `seed`: by default a new one each time; the report names it. */
export type CheckOptions = Partial<Trial>

/** Returns the trial with defaults filled in. */
export function trialFor({ runs = 100, seed = Date.now() % 2 ** 31 }: CheckOptions = {}): Trial {
  return { runs, seed }
}

/** Compares an executor with the reference executor on every primitive and on random expressions. */
export function checkExecutor(executor: Executor, options?: CheckOptions): Promise<Report<Executor>> {
  return checkAll(executor.name, executor, executorLaws, trialFor(options))
}

/** Checks an operation against the laws that apply to it; see `lawsOf`. */
export function checkOperation(operation: Operation, options?: CheckOptions): Promise<Report<Operation>> {
  return checkAll(operation.name, operation, lawsOf(operation), trialFor(options))
}
