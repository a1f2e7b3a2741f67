import type { LoopKernel } from '../../../plan/kernels.ts'
import { type Axis, loopNest } from '../../../plan/nest.ts'
import { orderOf, type View } from '../../../plan/view.ts'
import type { FoldName } from '../../../primitiveNames.ts'
import { sizeOf } from '../../../shape.ts'
import { type BodyContext, writeBody } from './body.ts'
import { largerOf } from './scalars.ts'
import { longestChain } from './sums.ts'
import { offsetOf, spreadThreads, type Term } from './threads.ts'
import { type KernelSource, KernelWriter, type Target } from './writer.ts'

/** How folds combine numbers, and their neutral elements. A missing fold is a compile error. */
const folding: Record<
  FoldName,
  { readonly neutral: number; readonly combine: (a: string, b: string) => string }
> = {
  sum: { neutral: 0, combine: (a, b) => `${a}+${b}` },
  amax: { neutral: Number.NEGATIVE_INFINITY, combine: largerOf },
}

/**
 * Returns the source of a fused loop with one result: a store, with a thread for each element, or a fold, with a thread
 * that loops over everything folded into an element.
 */
export function loopSource(kernel: LoopKernel, target: Target): KernelSource {
  const writer = new KernelWriter(target)
  const { shape, body, stores, folds } = kernel
  const { register, view } = stores[0] ?? folds[0]
  const isKept = (axis: number) => view.strides[axis] !== 0
  const kept = loopNest(shape, orderOf(view).filter(isKept), operandsOf(kernel))
  const { threads, coordinates } = spreadThreads(
    writer,
    kept.map(({ length }) => length),
  )
  if (folds.length === 0) {
    const results = writeBody(writer, body, contextOf(kernel, kept, coordinates))
    return writer.finish('loop', threads, [results[register]])
  }

  const folded = loopNest(
    shape,
    kernel.order.filter((axis) => !isKept(axis)),
    operandsOf(kernel),
  )
  const { neutral, combine } = folding[folds[0].name]
  /** Each loop has its own sum, which is added to that of the enclosing loop, so that rounding errors stay small. */
  const fold = (
    [axis, ...rest]: readonly Axis[],
    nest: readonly Axis[],
    counters: readonly string[],
  ): string => {
    if (axis === undefined) return writeBody(writer, body, contextOf(kernel, nest, counters))[register]
    const total = writer.name('s')
    writer.write(`let ${total}=${writer.number(neutral)};`)
    const add = (part: string) => writer.write(`${total}=${writer.single(combine(total, part))};`)
    const { blocks, block, remainder } = inBlocks(axis)
    writer.loop(blocks.length, (counter) => {
      add(fold([...block, ...rest], [...nest, blocks], [...counters, counter]))
    })
    if (remainder !== undefined) {
      add(fold([remainder, ...rest], [...nest, blocks], [...counters, String(blocks.length)]))
    }
    return total
  }
  if (sizeOf(shape) === 0) return writer.finish('fold', threads, [writer.number(neutral)])
  return writer.finish('fold', threads, [fold(folded, kept, coordinates)])
}

/**
 * Splits a long loop into a short loop over blocks, which are loops themselves, and the remainder after the last block. A
 * short loop is unchanged.
 */
function inBlocks(axis: Axis): { blocks: Axis; block: readonly Axis[]; remainder: Axis | undefined } {
  const { length, strides } = axis
  if (length <= longestChain) return { blocks: axis, block: [], remainder: undefined }
  let size = longestChain
  while (length > size * longestChain) size *= longestChain
  const blocks = { length: Math.floor(length / size), strides: strides.map((stride) => stride * size) }
  const remainder = length % size === 0 ? undefined : { length: length % size, strides }
  return { blocks, block: [{ length: size, strides }], remainder }
}

/** The strides of the operands of a loop: of its loads, and of a virtual array of the coordinates along each iota axis. */
function operandsOf({ shape, body }: LoopKernel): (readonly number[])[] {
  return body.flatMap((instruction) => {
    if (instruction.name === 'load') return [instruction.view.strides]
    return instruction.name === 'iota' ? [shape.map((_, axis) => Number(axis === instruction.axis))] : []
  })
}

/** Returns offsets and coordinates in terms of the coordinates of a nest. */
function contextOf(kernel: LoopKernel, nest: readonly Axis[], coordinates: readonly string[]): BodyContext {
  const operands = operandsOf(kernel).map((strides) => strides.join())
  const terms = (strides: readonly number[]): Term[] => {
    const operand = operands.indexOf(strides.join())
    return nest.map((axis, i) => [coordinates[i], axis.strides[operand]])
  }
  return {
    offsetOf: (view: View) => offsetOf(view.offset, terms(view.strides)),
    coordinate: (axis) => offsetOf(0, terms(kernel.shape.map((_, i) => Number(i === axis)))),
  }
}
