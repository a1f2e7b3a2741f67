import { type BinaryName, scalarFunctions, type UnaryName } from '../../scalarFunctions.ts'

const definitions = Object.entries(scalarFunctions).map(
  ([name, { definition }]) => [name, definition] as const,
)

/**
 * The definitions of the scalar functions: kernels may call them in JavaScript, one element at a time, in float64. They
 * do so for functions too rare in training to deserve vector code.
 */
export const hostFunctions = Object.fromEntries(definitions)

/** In the order in which every module imports them. */
export const hostImports = definitions.map(([name, { length }]) => ({ name, parameterCount: length }))

/** The number under which modules call a host function. */
export function hostIndex(name: UnaryName | BinaryName): number {
  return hostImports.findIndex((entry) => entry.name === name)
}
