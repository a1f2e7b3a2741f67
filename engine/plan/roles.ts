import type { ConstantName, PrimitiveName, ScalarName } from '../primitiveNames.ts'
import type { Operation } from './graph.ts'

/**
 * What becomes of an operation: a number that loops write themselves (`inline`), another look at a value (`view`), a
 * part of a fused loop (`loop`), the fold at the end of one (`fold`), or a kernel of its own (`call`).
 */
export type Role = 'inline' | 'view' | 'loop' | 'fold' | 'call'

/** The roles of all but the scalar functions, which are parts of loops. A missing role does not compile. */
const roles = {
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
} as const satisfies Record<Exclude<PrimitiveName, ScalarName | 'detach'>, Role>

type Roles = typeof roles
type NamesOf<Wanted extends Role> = {
  [Name in keyof Roles]: Roles[Name] extends Wanted ? Name : never
}[keyof Roles]

/** The reductions at the end of loops. Every executor's table of them is total. */
export type FoldName = NamesOf<'fold'>

/** The primitives that are kernels of their own. Every executor's table of them is total. */
export type CallName = NamesOf<'call'>

export function roleOf(name: PrimitiveName): Role {
  return name in roles ? roles[name as keyof Roles] : 'loop'
}

export function isConstant(operation: Operation): operation is Operation<ConstantName> {
  return roleOf(operation.name) === 'inline'
}

export function isFold(operation: Operation): operation is Operation<FoldName> {
  return roleOf(operation.name) === 'fold'
}

export function isCall(operation: Operation): operation is Operation<CallName> {
  return roleOf(operation.name) === 'call'
}

export function isScalar(operation: Operation): operation is Operation<ScalarName> {
  return roleOf(operation.name) === 'loop' && operation.name !== 'detach'
}
