import type { GpuCall } from './calls.ts'
import { elementOf, widthAlong } from './elements.ts'
import { resultSums } from './sums.ts'
import type { KernelSource, Target } from './writer.ts'

/** Each thread computes up to four neighbouring columns of a row, so that it reads an element of the left factor once. */
export function matmulSource(call: GpuCall<'matmul'>, target: Target): KernelSource {
  const {
    inputs: [a, b],
    output,
  } = call
  const rank = output.shape.length
  const inner = a.shape[rank - 1]
  const width = widthAlong(output, rank - 1, output.shape[rank - 1], target)
  return resultSums(call, target, width, (writer, all, at) => {
    const batch = at.slice(0, -2)
    const [row, column] = at.slice(-2)
    if (inner === 0) return
    all.addLoop(inner, 1, (sums, k) => {
      const left = writer.constant(elementOf(writer, a, [...batch, row, k]))
      sums.addProduct(left, (lane) =>
        elementOf(writer, b, [...batch, k, lane === 0 ? column : `${column}+${lane}`]),
      )
    })
  })
}
