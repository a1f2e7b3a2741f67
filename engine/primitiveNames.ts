import type { BinaryName, UnaryName } from './scalarFunctions.ts'

/**
 * How the planner treats an operation: as a number that loops write themselves (`inline`), a view of a value (`view`), a
 * part of a fused loop (`loop`), the fold at its end (`fold`), or a separate kernel (`call`).
 */
export type Role = 'inline' | 'view' | 'loop' | 'fold' | 'call'

/** The role of every primitive except the functions of `scalarFunctions.ts`, which are all parts of loops. */
export const roles = {
  where: 'loop',
  cast: 'loop',
  detach: 'loop',
  literal: 'inline',
  iota: 'inline',
  reshape: 'view',
  permute: 'view',
  broadcastTo: 'view',
  slice: 'view',
  sum: 'fold',
  amax: 'fold',
  argmax: 'call',
  embed: 'call',
  concatenate: 'call',
  matmul: 'call',
  conv2d: 'call',
  conv2dInputGradient: 'call',
  conv2dWeightGradient: 'call',
  maxPool2dIndices: 'call',
  gather: 'call',
  scatterAdd: 'call',
  randomBits: 'call',
} as const satisfies Record<string, Role>

type Roles = typeof roles

type NamesOf<Wanted extends Role> = {
  [Name in keyof Roles]: Roles[Name] extends Wanted ? Name : never
}[keyof Roles]

/** The functions that loops apply to each element: the language that each executor lowers to its own code. */
export type ScalarName = UnaryName | BinaryName | 'where' | 'cast'

/** Primitives without operands: numbers that are part of the graph. */
export type ConstantName = NamesOf<'inline'>

/** The reductions at the end of loops. Every executor's table of them is total. */
export type FoldName = NamesOf<'fold'>

/** The primitives with separate kernels. Every executor's table of them is total. */
export type CallName = NamesOf<'call'>

export type ConvolutionName = 'conv2d' | 'conv2dInputGradient' | 'conv2dWeightGradient'

/** Everything that an executor must be able to do. All other operations are composed of these. */
export type PrimitiveName = UnaryName | BinaryName | keyof Roles
