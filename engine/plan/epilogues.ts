import { equalShapes } from '../shape.ts'
import type { CallKernel, Instruction, Kernel, LoopKernel } from './kernels.ts'
import { valuesRead, valuesWritten } from './kernels.ts'
import type { View } from './view.ts'

/** Whether an executor's kernel can run a loop's body on its results before it writes them. */
export type TakesEpilogue<Call extends CallKernel> = (call: Call, loop: LoopKernel) => boolean

/**
 * Joins loops to the calls whose results they read: what a convolution has summed in registers is normalised, added to
 * and rectified there, and only that is written. It takes a call whose result nobody else reads; it then runs where the
 * loop stood, when all other operands are there.
 */
export function joinEpilogues<Call extends CallKernel>(
  kernels: readonly Kernel<Call>[],
  wanted: ReadonlySet<number>,
  takesEpilogue: TakesEpilogue<Call>,
): Kernel<Call>[] {
  const readers = new Map<number, number>()
  /** The only kernel that writes a value; undefined where several write parts of it. */
  const writers = new Map<number, number | undefined>()
  kernels.forEach((kernel, i) => {
    for (const value of new Set(valuesRead(kernel))) readers.set(value, (readers.get(value) ?? 0) + 1)
    for (const value of valuesWritten(kernel)) writers.set(value, writers.has(value) ? undefined : i)
  })
  const joined: (Kernel<Call> | undefined)[] = [...kernels]
  kernels.forEach((kernel, i) => {
    if (kernel.kind !== 'loop' || kernel.folds.length > 0) return
    const candidates = valuesRead(kernel)
      .flatMap((value) => {
        const writer = writers.get(value)
        return writer !== undefined && readers.get(value) === 1 && !wanted.has(value) ? [writer] : []
      })
      .sort((a, b) => b - a)
    for (const candidate of candidates) {
      const call = joined[candidate]
      if (call?.kind !== 'call' || call.epilogue !== undefined) continue
      if (!readsAsWritten(kernel, call.output) || !takesEpilogue(call, kernel)) continue
      joined[candidate] = undefined
      joined[i] = { ...call, epilogue: { body: withResult(kernel.body, call.output), stores: kernel.stores } }
      return
    }
  })
  return joined.filter((kernel) => kernel !== undefined)
}

/** Whether a loop over the shape of a result reads it element for element. */
function readsAsWritten({ shape, body }: LoopKernel, output: View): boolean {
  return (
    equalShapes(shape, output.shape) &&
    loadsOf(body, output).every(
      ({ view }) => view.offset === output.offset && equalShapes(view.strides, output.strides),
    )
  )
}

function loadsOf(body: readonly Instruction[], { value }: View) {
  return body.filter(
    (instruction) => instruction.name === 'load' && instruction.view.value === value,
  ) as Extract<Instruction, { name: 'load' }>[]
}

function withResult(body: readonly Instruction[], { value }: View): Instruction[] {
  return body.map((instruction) =>
    instruction.name === 'load' && instruction.view.value === value
      ? { name: 'result', dtype: instruction.dtype }
      : instruction,
  )
}
