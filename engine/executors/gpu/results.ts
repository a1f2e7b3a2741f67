import type { CallKernel, Instruction, Kernel, LoopKernel, Store } from '../../plan/kernels.ts'
import type { ScheduledValue } from '../../plan/scheduler.ts'
import { denseView, type View } from '../../plan/view.ts'

/**
 * Splits kernels so that each has one result and reads at most `mostArrays` arrays. A loop runs once for each of its
 * results, with the instructions that the result needs. If these read too many arrays, a part of them becomes a loop of its
 * own, whose result is appended to `values`.
 */
export function withSingleResults<Call extends CallKernel>(
  kernels: readonly Kernel<Call>[],
  values: ScheduledValue[],
  mostArrays: number,
): Kernel<Call>[] {
  return kernels.flatMap((kernel): readonly Kernel<Call>[] => {
    if (kernel.kind !== 'loop') return [kernel]
    const single = [
      ...kernel.stores.map((store) => trimmed({ ...kernel, stores: [store], folds: [] })),
      ...kernel.folds.map((fold) => trimmed({ ...kernel, stores: [], folds: [fold] })),
    ]
    return single.flatMap((loop) => withFewArrays(loop, values, mostArrays))
  })
}

/** Returns the loop without the instructions that its result does not need. */
function trimmed(kernel: LoopKernel): LoopKernel {
  const { body, stores, folds } = kernel
  const needed = neededFor(body, (stores[0] ?? folds[0]).register)
  const kept = [...needed].sort((a, b) => a - b)
  const rename = (register: number) => kept.indexOf(register)
  const move = <Result extends Store>(result: Result): Result => ({
    ...result,
    register: rename(result.register),
  })
  return {
    ...kernel,
    body: kept.map((register) => {
      const instruction = body[register]
      return 'inputs' in instruction
        ? { ...instruction, inputs: instruction.inputs.map(rename) }
        : instruction
    }),
    stores: stores.map(move),
    folds: folds.map(move),
  }
}

/** Returns the instructions that a register depends on, including its own. */
function neededFor(body: readonly Instruction[], register: number): Set<number> {
  const needed = new Set<number>()
  const add = (i: number) => {
    if (needed.has(i)) return
    needed.add(i)
    const instruction = body[i]
    if ('inputs' in instruction) instruction.inputs.forEach(add)
  }
  add(register)
  return needed
}

function arraysOf(body: readonly Instruction[], registers: Iterable<number>): number {
  const values = new Set<number>()
  for (const register of registers) {
    const instruction = body[register]
    if (instruction.name === 'load') values.add(instruction.view.value)
  }
  return values.size
}

function withFewArrays(kernel: LoopKernel, values: ScheduledValue[], mostArrays: number): LoopKernel[] {
  const { shape, body } = kernel
  if (arraysOf(body, body.keys()) <= mostArrays) return [kernel]
  // Split off the instruction that reads the most arrays a kernel can take; the first of equals, which is the smallest.
  let part = -1
  let most = 1
  body.forEach((_, register) => {
    const arrays = arraysOf(body, neededFor(body, register))
    if (arrays > most && arrays <= mostArrays) [part, most] = [register, arrays]
  })
  const { dtype } = body[part]
  const view: View = denseView(values.push({ shape, dtype }) - 1, shape, kernel.order)
  const first = trimmed({ ...kernel, stores: [{ register: part, view }], folds: [] })
  const rest = trimmed({ ...kernel, body: body.with(part, { name: 'load', view, dtype }) })
  return [first, ...withFewArrays(rest, values, mostArrays)]
}
