import { demand } from '../base/errors.ts'
import type { Tensor, Variable } from '../engine/index.ts'
import { equalShapes, format } from '../engine/shape.ts'

/** Tensors by name, in order. */
export type StateDict = ReadonlyMap<string, Tensor>

/**
 * Assigns to each variable the tensor of its name. If names or shapes differ, throws before assigning anything, with the
 * number of missing, unexpected and misshapen tensors and the names of the first.
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

/** The number of names to show, and of characters of each: a file may hold any names. */
interface Room {
  readonly count: number
  readonly characters: number
}

export const names: Room = { count: 3, characters: 46 }
export const shapes: Room = { count: 2, characters: 76 }

/** Formats the number of items and the first few; nothing if there are none. */
export function counted(what: string, all: readonly string[], { count, characters }: Room): string[] {
  if (all.length === 0) return []
  const first = all.slice(0, count).map((text) => shortened(text, characters))
  return [`${all.length} ${what} (${[...first, ...(all.length > count ? ['…'] : [])].join(', ')})`]
}

/** Truncates, and replaces control characters. */
function shortened(text: string, characters: number): string {
  const cut = text.length > characters ? `${text.slice(0, characters)}…` : text
  return cut.replaceAll(/\p{Cc}/gu, '·')
}
