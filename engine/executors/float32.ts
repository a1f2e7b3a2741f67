import { demand, InvalidInputError } from '../../base/errors.ts'
import type { DType } from '../dtype.ts'
import type { Graph } from '../plan/graph.ts'
import { format } from '../shape.ts'

/** Throws `InvalidInputError` if a graph contains float64, in the name of an executor without it. */
export function refuseFloat64(executor: string, { inputs, operations }: Graph): void {
  const wide = [...inputs, ...operations].find(({ dtype }) => dtype === 'float64')
  if (wide === undefined) return
  throw new InvalidInputError(
    `${executor}: this executor computes in float32, but the computation has a float64 tensor ${format(wide.shape)}: ` +
      "create it with { dtype: 'float32' }, or use the 'reference' executor",
  )
}

/** Throws `InvalidInputError` for float64 elements, in the name of an executor without float64. */
export function refuseFloat64Elements(executor: string, dtype: DType): void {
  demand(
    dtype !== 'float64',
    () => `${executor}: this executor has no float64: cast to float32, or use the 'reference' executor`,
  )
}
