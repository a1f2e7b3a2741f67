import {
  type CallName,
  type ConstantName,
  type FoldName,
  type PrimitiveName,
  type Role,
  roles,
  type ScalarName,
} from '../primitiveNames.ts'
import { isBinary, isUnary } from '../scalarFunctions.ts'
import type { Operation } from './graph.ts'

export function roleOf(name: PrimitiveName): Role {
  return isUnary(name) || isBinary(name) ? 'loop' : roles[name]
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
