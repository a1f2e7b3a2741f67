import type { CallKernel } from '../../../plan/kernels.ts'
import { orderOf, type View } from '../../../plan/view.ts'
import { offsetOf, spreadThreads } from './threads.ts'
import { type KernelSource, KernelWriter, type Target } from './writer.ts'

/** Returns the element of a view at these coordinates. */
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
 * Returns a kernel with one thread for each element of a dense result, in memory order. `compute` takes the coordinates
 * along the axes of the result's shape.
 */
export function resultElements(
  call: CallKernel,
  target: Target,
  compute: (writer: KernelWriter, coordinates: readonly string[]) => string,
): KernelSource {
  return resultBlocks(call, target, 1, (writer, at) => [compute(writer, at)])
}

/** Like `resultElements`, but each thread computes `width` neighbours along the innermost axis of the result. */
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

/** Returns the contiguous axis, or −1 if there is only one element. */
function innermostAxis(view: View): number {
  return orderOf(view).findLast((axis) => view.shape[axis] > 1) ?? -1
}

/** Returns the neighbours along an axis that a thread computes: four if vectors are cheap and divide evenly, else one. */
export function widthAlong(output: View, axis: number, length: number, { vectors }: Target): number {
  return vectors && axis === innermostAxis(output) && length % 4 === 0 ? 4 : 1
}
