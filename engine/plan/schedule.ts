import { joinEpilogues } from './epilogues.ts'
import type { Destination, Graph } from './graph.ts'
import { groupOperations } from './groups.ts'
import type { CallKernel, CallOf, Kernel } from './kernels.ts'
import { lowerLoop } from './loops.ts'
import { isCall } from './roles.ts'
import { type Dialect, type ScheduledValue, Scheduler } from './scheduler.ts'
import { simplify } from './simplify.ts'

/** A graph as a sequence of kernels over numbered values. */
export interface Schedule<Call extends CallKernel = CallKernel> {
  readonly values: readonly ScheduledValue[]
  readonly kernels: readonly Kernel<Call>[]
  /** Each dense and row-major. */
  readonly outputs: readonly { readonly value: number; readonly destination: Destination }[]
}

/** Lowers a graph to kernels: fused loops, and calls expanded by the executor's dialect. */
export function schedule<Calls>(graph: Graph, dialect: Dialect<Calls>): Schedule<CallOf<Calls>> {
  const simplified = simplify(graph)
  const scheduler = new Scheduler(simplified, dialect)
  for (const group of groupOperations(simplified)) {
    const [first] = group.members
    const operation = simplified.operations[first]
    if (isCall(operation)) scheduler.call(operation, first)
    else lowerLoop(scheduler, group)
  }
  const outputs = simplified.outputs.map(({ value, destination }) => ({
    value: scheduler.materialize(scheduler.viewOf(value)).value,
    destination,
  }))
  const wanted = new Set(outputs.map(({ value }) => value))
  return {
    values: scheduler.values,
    kernels: joinEpilogues(scheduler.kernels, wanted, dialect.takesEpilogue),
    outputs,
  }
}
