import { demand } from '../base/errors.ts'
import type { Tensor, Variable } from '../engine/index.ts'
import { equalShapes, format } from '../engine/shape.ts'

/** Tensors by name, in order. */
export type StateDict = ReadonlyMap<string, Tensor>

/**
 * Assigns to each variable the tensor of its name. Throws where names or shapes differ, before anything is assigned: says
 * how many are missing, unexpected and of another shape, and names the first of each.
 */
export function assignState(
  complaint: string,
  variables: ReadonlyMap<string, Variable>,
  tensors: StateDict,
): void {
  const misshapen = [...variables].flatMap(([name, { shape }]) => {
    const given = tensors.get(name)?.shape ?? shape
    return equalShapes(given, shape) ? [] : [`${name} is ${format(given)}, expected ${format(shape)}`]
  })
  const differences = [
    ...counted(`of ${variables.size} missing`, namesOnlyIn(variables, tensors), names),
    ...counted('unexpected', namesOnlyIn(tensors, variables), names),
    ...counted('of another shape', misshapen, shapes),
  ]
  demand(differences.length === 0, () => `${complaint}: ${differences.join('; ')}`)
  for (const [name, variable] of variables) variable.assign(tensors.get(name)!)
}

function namesOnlyIn(some: ReadonlyMap<string, unknown>, others: ReadonlyMap<string, unknown>): string[] {
  return [...some.keys()].filter((name) => !others.has(name))
}

/** How many to show, and how many characters of each: a file may hold any names. */
interface Room {
  readonly count: number
  readonly characters: number
}

export const names: Room = { count: 3, characters: 46 }
export const shapes: Room = { count: 2, characters: 76 }

/** How many there are, and the first few. */
export function counted(what: string, all: readonly string[], { count, characters }: Room): string[] {
  if (all.length === 0) return []
  const first = all.slice(0, count).map((text) => shortened(text, characters))
  return [`${all.length} ${what} (${[...first, ...(all.length > count ? ['…'] : [])].join(', ')})`]
}

/** On one line, and cut off where it is long. */
function shortened(text: string, characters: number): string {
  const cut = text.length > characters ? `${text.slice(0, characters)}…` : text
  return cut.replaceAll(/\p{Cc}/gu, '·')
}
