import { aFunction, check } from '../base/arguments.ts'
import { demand } from '../base/errors.ts'
import { convertHost, type DType, isFloat } from './dtype.ts'
import { Node, type Value } from './node.ts'
import { cast } from './operations/casts.ts'
import { checkTensor, detach } from './operations/constants.ts'
import { equalShapes, format } from './shape.ts'
import { hostTensor, Tensor } from './tensor.ts'

/**
 * A tensor that can be assigned a new value: a weight, a running average, a momentum. Assignment is lazy too: the new value
 * is computed when it is realized, and then overwrites the old one.
 */
export class Variable extends Tensor {
  /** @internal The node that holds the last realized value. */
  committed: Node

  /** @internal Use `variable(…)`. */
  constructor(initial: Tensor) {
    checkTensor('variable', 'initial', initial)
    const node = ownNode(initial)
    super(node)
    this.committed = heldBy(this, node)
  }

  /** Assigns a value of the same shape, cast to the variable's type. Tensors recorded earlier keep the old value. */
  assign(value: Tensor): void {
    checkTensor('assign', 'value', value)
    demand(
      equalShapes(value.shape, this.shape),
      () => `assign: expected ${format(this.shape)}, got ${format(value.shape)}`,
    )
    for (const before of watching) if (!before.has(this)) before.set(this, this.node)
    // A value that was assigned ready-made, such as initial weights, is what the new one will overwrite.
    this.settle()
    this.node = heldBy(this, ownNode(inType(value, this.dtype)))
  }

  /** @internal Changes the type of the variable: casts its value, and values assigned later. */
  convert(dtype: DType): void {
    this.node = heldBy(this, cast(this, dtype).node)
    this.committed = this.node
  }

  /** @internal Commits the computed value of a pending node. */
  commit(pending: Node, value: Value): void {
    if (this.committed.value?.at === 'executor' && value.at === 'executor') {
      if (this.committed.value.storage === value.storage) this.committed.value = { at: 'overwritten' }
    }
    this.committed = heldBy(this, residentNode(this, value))
    // Unless the variable was assigned during the computation.
    if (this.node === pending) this.node = this.committed
  }

  /** @internal Commits the assigned value if it has already been computed, through another tensor. */
  settle(): void {
    if (this.node.value !== undefined && this.node.operation !== 'input')
      this.node = heldBy(this, ownNode(this))
    if (this.node.value !== undefined) this.committed = this.node
  }
}

/** For each active call of `watched`, the variables assigned since its start, with their previous nodes. */
const watching = new Set<Map<Variable, Node>>()

function watched<T>(before: Map<Variable, Node>, work: () => T): T {
  watching.add(before)
  try {
    return work()
  } finally {
    watching.delete(before)
  }
}

/** @internal Runs `work`; returns its result and the variables that it assigned. */
export function assignedDuring<T>(work: () => T): { result: T; assigned: ReadonlySet<Variable> } {
  const before = new Map<Variable, Node>()
  const result = watched(before, work)
  return { result, assigned: new Set(before.keys()) }
}

/**
 * Runs `work`, which must only record, and undoes its assignments of variables: for example, a forward pass in training mode
 * that does not change running statistics.
 */
export function withoutAssignments<T>(work: () => T): T {
  check('withoutAssignments', 'work', work, aFunction)
  const before = new Map<Variable, Node>()
  try {
    return watched(before, work)
  } finally {
    for (const [variable, node] of before) variable.node = node
  }
}

/** Casts a value. Numbers on the host are converted there, since the executor may lack their type. */
function inType(value: Tensor, dtype: DType): Tensor {
  const { value: held } = value.node
  if (value.dtype === dtype || !isFloat(dtype) || held?.at !== 'host') return cast(value, dtype)
  return hostTensor(convertHost(dtype, held.data), value.shape)
}

/** Returns a node of this value that only the variable holds, so that overwriting it leaves other tensors' values alone. */
function ownNode(value: Tensor): Node {
  return value.node.value?.at === 'host' ? residentNode(value, value.node.value) : detach(value).node
}

function heldBy(variable: Variable, node: Node): Node {
  node.variable = variable
  return node
}

function residentNode({ shape, dtype }: Tensor, value: Value | undefined): Node {
  return new Node({ operation: 'input', shape, dtype, resident: true, value })
}

/** Creates a variable with this initial value. */
export function variable(initial: Tensor): Variable {
  return new Variable(initial)
}
