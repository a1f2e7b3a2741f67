import { beginArgmax } from './argmax.ts'
import type { GpuCall } from './calls.ts'
import { elementOf, resultElements } from './elements.ts'
import { tapsAlong, windowAxes } from './window.ts'
import type { KernelSource, Target } from './writer.ts'

/** Each thread searches one window. */
export function maxPool2dIndicesSource(call: GpuCall<'maxPool2dIndices'>, target: Target): KernelSource {
  const {
    attributes,
    inputs: [x],
  } = call
  const { kernel, ...window } = attributes
  const [height, width] = x.shape.slice(2)
  const [rows, columns] = windowAxes(window, kernel, [height, width])
  return resultElements(call, target, (writer, [n, c, i, j]) => {
    const argmax = beginArgmax(writer)
    tapsAlong(writer, i, rows, (row) => {
      tapsAlong(writer, j, columns, (column) => {
        argmax.update(elementOf(writer, x, [n, c, row, column]), `${row}*${width}+${column}`)
      })
    })
    return argmax.index
  })
}
