import type { CallKernel } from '../../../plan/kernels.ts'
import { beginSearch } from './argmax.ts'
import { elementOf, resultElements } from './elements.ts'
import { tapsAlong } from './window.ts'
import type { KernelSource, Target } from './writer.ts'

/** Each thread looks through a window. */
export function maxPool2dIndicesSource(call: CallKernel, target: Target): KernelSource {
  const {
    attributes,
    inputs: [x],
  } = call
  const { kernel, stride, padding, dilation } = attributes as Record<string, readonly number[]>
  const [, , height, width] = x.shape
  return resultElements(call, target, (writer, [n, c, i, j]) => {
    const search = beginSearch(writer)
    const along = (axis: number, length: number) => ({
      taps: kernel[axis],
      stride: stride[axis],
      padding: padding[axis],
      dilation: dilation[axis],
      length,
    })
    tapsAlong(writer, i, along(0, height), (row) => {
      tapsAlong(writer, j, along(1, width), (column) => {
        search.meet(elementOf(writer, x, [n, c, row, column]), `${row}*${width}+${column}`)
      })
    })
    return search.place
  })
}
