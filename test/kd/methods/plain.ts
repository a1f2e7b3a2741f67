import type { Tensor } from '../../../engine/index.ts'
import { read } from '../numbers.ts'

/** Numbers nested as a tensor's axes are. */
export type Nested = number[] | Nested[]

/** The elements of a tensor as nested arrays. */
export async function nested<T extends Nested>(x: Tensor): Promise<T> {
  const nest = (values: number[], shape: readonly number[]): Nested => {
    if (shape.length <= 1) return values
    const [length, ...rest] = shape
    const size = values.length / length
    return Array.from({ length }, (_, i) => nest(values.slice(i * size, (i + 1) * size), rest)) as Nested
  }
  return nest(await read(x), x.shape) as T
}

export const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
export const mean = (values: readonly number[]) => sum(values) / values.length
export const dot = (a: readonly number[], b: readonly number[]) => sum(a.map((value, i) => value * b[i]))
export const norm = (a: readonly number[]) => Math.sqrt(dot(a, a))
export const unit = (a: readonly number[]) => a.map((value) => value / norm(a))
export const minus = (a: readonly number[], b: readonly number[]) => a.map((value, i) => value - b[i])
export const range = (length: number) => Array.from({ length }, (_, i) => i)

/** A map averaged over blocks, for sizes that divide. */
export function averaged(map: readonly (readonly number[])[], size: number): number[][] {
  const block = map.length / size
  return range(size).map((i) =>
    range(size).map((j) =>
      mean(range(block * block).map((k) => map[i * block + Math.floor(k / block)][j * block + (k % block)])),
    ),
  )
}
