import { checkAll, type Report, type Trial } from '../../base/laws/law.ts'
import type { Executor } from '../index.ts'
import { executorLaws } from './executorLaws.ts'
import { lawsOf, type Operation } from './operationLaws.ts'

/** `runs`: cases for each law, default 100. `seed`: default another one each time; the report says which. */
export type CheckOptions = Partial<Trial>

/** What is tried when nothing else is asked for. */
export function trialFor({ runs = 100, seed = Date.now() % 2 ** 31 }: CheckOptions = {}): Trial {
  return { runs, seed }
}

/** Holds an executor to the reference executor: every primitive, and expressions that fast-check makes up. */
export function checkExecutor(executor: Executor, options?: CheckOptions): Promise<Report<Executor>> {
  return checkAll(executor.name, executor, executorLaws, trialFor(options))
}

/** Holds an operation to the laws that apply to it: see `lawsOf`. */
export function checkOperation(operation: Operation, options?: CheckOptions): Promise<Report<Operation>> {
  return checkAll(operation.name, operation, lawsOf(operation), trialFor(options))
}
