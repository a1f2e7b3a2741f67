import { sizeOf } from '../../shape.ts'
import { productOf } from './elementwise.ts'
import type { Kernel } from './kernel.ts'

/** Row i of the product is the sum over k of a[i, k] times row k of the right factor. */
export const matmul: Kernel<'matmul'> = ([a, b], { shape, dtype }) => {
  const product = productOf(dtype)
  const [rows, inner] = a.shape.slice(-2)
  const columns = b.shape.at(-1)!
  const output = new Float64Array(sizeOf(shape))
  for (let batch = 0; batch < sizeOf(shape.slice(0, -2)); batch++) {
    for (let i = 0; i < rows; i++) {
      const row = (batch * rows + i) * columns
      for (let k = 0; k < inner; k++) {
        const left = a.values[(batch * rows + i) * inner + k]
        const right = (batch * inner + k) * columns
        for (let j = 0; j < columns; j++) output[row + j] += product(left, b.values[right + j])
      }
    }
  }
  return output
}
