import { sizeOf } from '../shape.ts'
import type { Graph } from './graph.ts'
import { type CallKernel, type Kernel, scratchAmong, valuesRead, valuesWritten } from './kernels.ts'
import type { Schedule } from './schedule.ts'

/**
 * Kernels whose results depend only on variables that the program does not assign: transformed filters, the factors of a
 * batch norm in evaluation mode. They need not run again until one of these variables has changed.
 */
export interface InvariantPart<Call extends CallKernel = CallKernel> {
  /** The inputs that the results depend on; none for constants. */
  readonly inputs: readonly number[]
  readonly kernels: readonly Kernel<Call>[]
  /** The values that other kernels read. They stay in memory from run to run. */
  readonly results: readonly number[]
}

/** A schedule with invariant kernels hoisted out of the sequence that every run computes. */
export interface HoistedSchedule<Call extends CallKernel = CallKernel> extends Schedule<Call> {
  /** Parts that are independent of each other; `kernels` are the remaining kernels, which read their results. */
  readonly parts: readonly InvariantPart<Call>[]
}

/** Returns all kernels in the order in which they run: part by part, then those of every run. */
export function kernelsInOrder<Call extends CallKernel>({
  parts,
  kernels,
}: HoistedSchedule<Call>): Kernel<Call>[] {
  return [...parts.flatMap((part) => part.kernels), ...kernels]
}

/**
 * The most elements that the results of all parts of a program may have, if they account for at least `largeSaving` of the
 * elements that its kernels read and write, or for less: in a training step on a large batch, transforming a teacher's filters
 * takes little of the time, and they are four times as large as the weights.
 */
const mostElements = { ofLargeSaving: 2 ** 25, ofSmallSaving: 2 ** 24 }
const largeSaving = 1 / 15

/** Hoists invariant kernels out of a schedule where the time saved justifies the memory of their results. */
export function hoistInvariants<Call extends CallKernel>(
  graph: Graph,
  plan: Schedule<Call>,
): HoistedSchedule<Call> {
  const candidates = partsOf(graph, plan.kernels, invariantKernels(graph, plan))
  const parts = worthKeeping(candidates, graph, plan)
  const hoisted = new Set(parts.flatMap(({ kernels }) => kernels))
  return { ...plan, kernels: plan.kernels.filter((kernel) => !hoisted.has(kernel)), parts }
}

/** Returns the kernels that compute the same values in every run, unless another program assigns a variable. */
function invariantKernels<Call extends CallKernel>(
  graph: Graph,
  { kernels, outputs }: Schedule<Call>,
): ReadonlySet<Kernel<Call>> {
  const varying = new Set(outputs.map(({ value }) => value))
  for (const { destination } of outputs) {
    if (typeof destination === 'object') varying.add(destination.overwrites)
  }
  graph.inputs.forEach(({ isVariable }, input) => {
    if (!isVariable) varying.add(input)
  })
  const invariant = new Set(kernels)
  let before: number
  // Repeated, because a kernel that writes a part of a value makes the kernels vary that write the other parts.
  do {
    before = invariant.size
    for (const kernel of invariant) {
      if (!valuesTouched(kernel).some((value) => varying.has(value))) continue
      invariant.delete(kernel)
      for (const value of valuesWritten(kernel)) varying.add(value)
    }
  } while (invariant.size < before)
  return invariant
}

/** Divides the invariant kernels into parts that share no results. */
function partsOf<Call extends CallKernel>(
  { inputs }: Graph,
  kernels: readonly Kernel<Call>[],
  invariant: ReadonlySet<Kernel<Call>>,
): InvariantPart<Call>[] {
  /** The part that computes a value. */
  const partOf = new Map<number, ReadonlySet<Kernel<Call>>>()
  for (const kernel of invariant) {
    const joined = valuesTouched(kernel).flatMap((value) => [...(partOf.get(value) ?? [])])
    const part = new Set([...joined, kernel])
    for (const member of part) for (const value of valuesWritten(member)) partOf.set(value, part)
  }
  const readInEveryRun = new Set(kernels.filter((kernel) => !invariant.has(kernel)).flatMap(valuesRead))
  return [...new Set(partOf.values())].map((part) => ({
    inputs: [...new Set([...part].flatMap(valuesRead))].filter((value) => value < inputs.length),
    kernels: [...part],
    results: [...new Set([...part].flatMap(valuesWritten))].filter((value) => readInEveryRun.has(value)),
  }))
}

/** Returns the parts whose savings justify the memory of their results, the smallest first. */
function worthKeeping<Call extends CallKernel>(
  parts: readonly InvariantPart<Call>[],
  graph: Graph,
  { kernels, values }: Schedule<Call>,
): InvariantPart<Call>[] {
  const isScratch = scratchAmong(graph, kernels)
  const elementsOf = (some: readonly number[]) =>
    some.reduce((total, value) => total + sizeOf(values[value].shape), 0)
  const traffic = (some: readonly Kernel<Call>[]) =>
    elementsOf(some.flatMap(valuesTouched).filter((value) => !isScratch(value)))
  const saved = traffic(parts.flatMap((part) => part.kernels))
  const isLarge = saved >= largeSaving * traffic(kernels)
  const limit = isLarge ? mostElements.ofLargeSaving : mostElements.ofSmallSaving
  let total = 0
  return parts
    .map((part) => ({ part, elements: elementsOf(part.results) }))
    .sort((a, b) => a.elements - b.elements)
    .filter(({ elements }) => (total += elements) <= limit)
    .map(({ part }) => part)
}

function valuesTouched(kernel: Kernel): number[] {
  return [...valuesRead(kernel), ...valuesWritten(kernel)]
}
