import { demand } from '../engine/errors.ts'
import type { Tensor, Variable } from '../engine/index.ts'
import { equalShapes, format } from '../engine/shape.ts'

/** Tensors by name, in order. */
export type StateDict = ReadonlyMap<string, Tensor>

/**
 * Assigns to each variable the tensor of its name. Throws where names or shapes differ, listing every difference,
 * before anything is assigned.
 */
export function assignState(
  complaint: string,
  variables: ReadonlyMap<string, Variable>,
  tensors: StateDict,
): void {
  const differences = [
    ...[...variables.keys()].filter((name) => !tensors.has(name)).map((name) => `${name} is missing`),
    ...[...tensors.keys()].filter((name) => !variables.has(name)).map((name) => `${name} is unexpected`),
    ...[...variables].flatMap(([name, { shape }]) => {
      const given = tensors.get(name)?.shape ?? shape
      return equalShapes(given, shape) ? [] : [`${name} is ${format(given)}, expected ${format(shape)}`]
    }),
  ]
  demand(differences.length === 0, () => `${complaint}: ${differences.join('; ')}`)
  for (const [name, variable] of variables) variable.assign(tensors.get(name)!)
}
