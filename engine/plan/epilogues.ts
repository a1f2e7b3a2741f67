import { equalShapes } from '../shape.ts'
import type { CallKernel, Instruction, Kernel, LoopKernel } from './kernels.ts'
import { valuesRead, valuesWritten } from './kernels.ts'
import type { View } from './view.ts'

/** Whether an executor's kernel can run a loop's body on its results before writing them. */
export type TakesEpilogue<Call extends CallKernel> = (call: Call, loop: LoopKernel) => boolean

/**
 * Fuses loops into the calls whose results they read, as epilogues: the sums of a convolution are normalised, added to a
 * shortcut and rectified in registers before they are written. This requires that no other kernel reads the call's result.
 * The call moves to the position of the loop, where all other operands have been computed.
 */
export function joinEpilogues<Call extends CallKernel>(
  kernels: readonly Kernel<Call>[],
  wanted: ReadonlySet<number>,
  takesEpilogue: TakesEpilogue<Call>,
): Kernel<Call>[] {
  const readers = new Map<number, number>()
  /** The kernel that writes a value; undefined if several write parts of it. */
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

/** Returns whether a loop over the shape of a result reads it element by element. */
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
