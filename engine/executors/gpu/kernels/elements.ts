import type { CallKernel } from '../../../plan/kernels.ts'
import { orderOf, type View } from '../../../plan/view.ts'
import { offsetOf, spreadThreads } from './threads.ts'
import { type KernelSource, KernelWriter, type Target } from './writer.ts'

/** An element of a view at these coordinates. */
export function elementOf(writer: KernelWriter, view: View, coordinates: readonly string[]): string {
  return writer.load(
    view,
    offsetOf(
      view.offset,
      coordinates.map((coordinate, axis) => [coordinate, view.strides[axis]]),
    ),
  )
}

/**
 * A kernel that computes each element of a dense result by itself, in the order in which they lie: `compute` is given
 * the coordinates along the axes of the result's shape.
 */
export function resultElements(
  call: CallKernel,
  target: Target,
  compute: (writer: KernelWriter, coordinates: readonly string[]) => string,
): KernelSource {
  return resultBlocks(call, target, 1, (writer, at) => [compute(writer, at)])
}

/** As `resultElements`, but each thread computes `width` neighbours along the innermost axis of the result. */
export function resultBlocks(
  { name, output }: CallKernel,
  target: Target,
  width: number,
  compute: (writer: KernelWriter, coordinates: readonly string[]) => readonly string[],
): KernelSource {
  const writer = new KernelWriter(target)
  const order = orderOf(output)
  const innermost = innermostAxis(output)
  const lengths = order.map((axis) => output.shape[axis] / (axis === innermost ? width : 1))
  const { threads, coordinates } = spreadThreads(writer, lengths)
  const at = output.shape.map((_, axis) => coordinates[order.indexOf(axis)])
  if (width > 1) at[innermost] = writer.constant(`${at[innermost]}*${width}`, 'c')
  return writer.finish(name, threads, compute(writer, at))
}

/** The axis along which neighbours lie side by side; −1 where there is but one element. */
function innermostAxis(view: View): number {
  return orderOf(view).findLast((axis) => view.shape[axis] > 1) ?? -1
}

/** How many neighbours along an axis a thread should compute: four, if vectors are cheap and they come out even. */
export function widthAlong(output: View, axis: number, length: number, { vectors }: Target): number {
  return vectors && axis === innermostAxis(output) && length % 4 === 0 ? 4 : 1
}
