import type { LoopKernel } from '../../../plan/kernels.ts'
import { type Axis, loopNest } from '../../../plan/nest.ts'
import { orderOf, type View } from '../../../plan/view.ts'
import { sizeOf } from '../../../shape.ts'
import { type Surroundings, writeBody } from './body.ts'
import { largerOf } from './scalars.ts'
import { placeOf, spreadThreads, type Term } from './threads.ts'
import { type KernelSource, KernelWriter, type Target } from './writer.ts'

/**
 * A fused loop with one result: a store, of which each thread computes an element, or a fold, of which each thread
 * loops over all that goes into an element.
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
    const results = writeBody(writer, body, surroundings(kernel, kept, coordinates))
    return writer.finish('loop', threads, [results[register]])
  }

  const folded = loopNest(
    shape,
    kernel.order.filter((axis) => !isKept(axis)),
    operandsOf(kernel),
  ).flatMap(inBlocks)
  const nest = [...kept, ...folded]
  const [{ name }] = folds
  /** Each loop has a sum of its own, which is added to that of the loop around it: rounding errors stay small. */
  const fold = (depth: number, counters: readonly string[]): string => {
    if (depth === folded.length) {
      return writeBody(writer, body, surroundings(kernel, nest, [...coordinates, ...counters]))[register]
    }
    const total = writer.name('s')
    writer.write(`let ${total}=${writer.number(name === 'sum' ? 0 : Number.NEGATIVE_INFINITY)};`)
    writer.loop(folded[depth].length, (counter) => {
      const part = fold(depth + 1, [...counters, counter])
      writer.write(`${total}=${writer.single(name === 'sum' ? `${total}+${part}` : largerOf(total, part))};`)
    })
    return total
  }
  if (sizeOf(shape) === 0) return writer.finish('fold', threads, [writer.number(0)])
  return writer.finish('fold', threads, [fold(0, [])])
}

/** A long loop as loops within each other of few turns, as far as its length divides. */
function inBlocks(axis: Axis): Axis[] {
  const { length, strides } = axis
  for (let block = Math.min(32, Math.floor(Math.sqrt(length))); block > 1; block--) {
    if (length < 10 || length % block !== 0) continue
    const outer = { length: length / block, strides: strides.map((stride) => stride * block) }
    return [...inBlocks(outer), { length: block, strides }]
  }
  return [axis]
}

/** What moves in a loop: its loads, and for each axis an imagined array of the coordinates along it. */
function operandsOf({ shape, body }: LoopKernel): (readonly number[])[] {
  return body.flatMap((instruction) => {
    if (instruction.name === 'load') return [instruction.view.strides]
    return instruction.name === 'iota' ? [shape.map((_, axis) => Number(axis === instruction.axis))] : []
  })
}

/** Places and coordinates from those of a nest. */
function surroundings(
  kernel: LoopKernel,
  nest: readonly Axis[],
  coordinates: readonly string[],
): Surroundings {
  const operands = operandsOf(kernel).map((strides) => strides.join())
  const terms = (strides: readonly number[]): Term[] => {
    const operand = operands.indexOf(strides.join())
    return nest.map((axis, i) => [coordinates[i], axis.strides[operand]])
  }
  return {
    place: (view: View) => placeOf(view.offset, terms(view.strides)),
    coordinate: (axis) => placeOf(0, terms(kernel.shape.map((_, i) => Number(i === axis)))),
  }
}
