import { InvalidInputError } from '../errors.ts'
import type { Graph } from '../plan/graph.ts'
import { format } from '../shape.ts'

/** For executors that know no float64: throws where a graph holds a value of that type. */
export function refuseFloat64(executor: string, { inputs, operations }: Graph): void {
  const wide = [...inputs, ...operations].find(({ dtype }) => dtype === 'float64')
  if (wide === undefined) return
  throw new InvalidInputError(
    `${executor}: this executor computes in float32, but the computation holds a float64 tensor ${format(wide.shape)}: ` +
      "make it with { dtype: 'float32' }, or use the 'reference' executor",
  )
}
