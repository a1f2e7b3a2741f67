import { aFunction, check } from '../base/arguments.ts'
import { demand } from '../base/errors.ts'
import { convertHost, type DType, isFloat } from './dtype.ts'
import { Node, type Value } from './node.ts'
import { cast } from './operations/casts.ts'
import { checkTensor, detach } from './operations/constants.ts'
import { equalShapes, format } from './shape.ts'
import { hostTensor, Tensor } from './tensor.ts'

/**
 * A tensor that can be given a new value: a weight, a running average, a momentum. Assigning is lazy too: the new
 * value is a recipe until it is realized, and then takes the memory of the old one.
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

  /** Gives the variable a value of the same shape; another type is cast. Earlier recipes keep the old value. */
  assign(value: Tensor): void {
    checkTensor('assign', 'value', value)
    demand(
      equalShapes(value.shape, this.shape),
      () => `assign: expected ${format(this.shape)}, got ${format(value.shape)}`,
    )
    for (const before of watching) if (!before.has(this)) before.set(this, this.node)
    this.node = heldBy(this, ownNode(inType(value, this.dtype)))
  }

  /** @internal Casts the value, and what is assigned from now on, to another type. */
  convert(dtype: DType): void {
    this.node = heldBy(this, cast(this, dtype).node)
    this.committed = this.node
  }

  /** @internal The value of a pending node has been computed and is held there. */
  commit(pending: Node, value: Value): void {
    if (this.committed.value?.at === 'executor' && value.at === 'executor') {
      if (this.committed.value.storage === value.storage) this.committed.value = { at: 'overwritten' }
    }
    this.committed = heldBy(this, residentNode(this, value))
    // Unless the variable was assigned while the executor was at work.
    if (this.node === pending) this.node = this.committed
  }

  /** @internal A value that needs no computing becomes the last realized one; others may have had it computed. */
  settle(): void {
    if (this.node.value !== undefined && this.node.operation !== 'input')
      this.node = heldBy(this, ownNode(this))
    if (this.node.value !== undefined) this.committed = this.node
  }
}

/** For each call of `watched` that is under way, the variables assigned since, with their nodes before. */
const watching = new Set<Map<Variable, Node>>()

function watched<T>(before: Map<Variable, Node>, work: () => T): T {
  watching.add(before)
  try {
    return work()
  } finally {
    watching.delete(before)
  }
}

/** @internal Runs `work` and tells which variables it assigned. */
export function assignedDuring<T>(work: () => T): { result: T; assigned: ReadonlySet<Variable> } {
  const before = new Map<Variable, Node>()
  const result = watched(before, work)
  return { result, assigned: new Set(before.keys()) }
}

/**
 * Runs `work`, which must only record, and gives every variable that it assigned the value from before: a forward pass in
 * training mode, say, that leaves running statistics alone.
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

/** Numbers on the host are converted there: the executor that takes them may lack their type. */
function inType(value: Tensor, dtype: DType): Tensor {
  const { value: held } = value.node
  if (value.dtype === dtype || !isFloat(dtype) || held?.at !== 'host') return cast(value, dtype)
  return hostTensor(convertHost(dtype, held.data), value.shape)
}

/** A node of this value for a variable alone: what others hold too must survive when the variable overwrites it. */
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

/** A variable with this initial value. */
export function variable(initial: Tensor): Variable {
  return new Variable(initial)
}
