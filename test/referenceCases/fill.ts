import { type Shape, sizeOf } from '../../engine/shape.ts'
import { tensor } from '../../engine/tensor.ts'
import type { Module } from '../../nn/index.ts'

/** The hash of `test/reference/README.md`: a 32-bit mixer. */
function lowbias32(word: number): number {
  let x = word
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d)
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b)
  return (x ^ (x >>> 16)) >>> 0
}

/** u(i, k) of the README, in [−1, 1). */
export function hashed(i: number, k: number): number {
  return (lowbias32((i + Math.imul(k, 0x9e3779b9)) | 0) / 2 ** 32) * 2 - 1
}

/** fill(shape, k, scale) of the README, float64. */
export function fill(shape: Shape, k: number, scale: number): Float64Array {
  return Float64Array.from({ length: sizeOf(shape) }, (_, i) => hashed(i, k) * scale)
}

/** Gives every variable of a network the README's value, in its own type; the first has this number. */
export function fillWeights(network: Module<unknown>, first = 0): void {
  const filled = [...network.stateDict()].map(([name, { shape, dtype }], k) => {
    return [name, tensor(weightsOf(name, shape, first + k), { shape, dtype })] as const
  })
  network.loadStateDict(new Map(filled))
}

function weightsOf(name: string, shape: Shape, k: number): Float64Array {
  const aroundOne = (scale: number) => fill(shape, k, scale).map((value) => 1 + value)
  if (name.endsWith('num_batches_tracked')) return new Float64Array(1)
  if (name.endsWith('running_mean')) return fill(shape, k, 0.1)
  if (name.endsWith('running_var')) return aroundOne(0.5)
  if (shape.length >= 2) return fill(shape, k, Math.sqrt(6 / sizeOf(shape.slice(1))))
  return name.endsWith('weight') ? aroundOne(0.25) : fill(shape, k, 0.1)
}
