import { demand, InvalidInputError } from '../../base/errors.ts'
import type { DType } from '../dtype.ts'
import type { Graph } from '../plan/graph.ts'
import { format } from '../shape.ts'

/** Throws for a graph with float64 in it, on behalf of the executor of this name, which has none. */
export function refuseFloat64(executor: string, { inputs, operations }: Graph): void {
  const wide = [...inputs, ...operations].find(({ dtype }) => dtype === 'float64')
  if (wide === undefined) return
  throw new InvalidInputError(
    `${executor}: this executor computes in float32, but the computation holds a float64 tensor ${format(wide.shape)}: ` +
      "make it with { dtype: 'float32' }, or use the 'reference' executor",
  )
}

/** Throws for elements in float64 that are handed to the executor of this name. */
export function refuseFloat64Elements(executor: string, dtype: DType): void {
  demand(
    dtype !== 'float64',
    () => `${executor}: this executor has no float64: cast to float32, or use the 'reference' executor`,
  )
}
