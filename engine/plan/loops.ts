import { sizeOf } from '../shape.ts'
import type { Operation } from './graph.ts'
import type { Group } from './groups.ts'
import type { Fold, Instruction, Store } from './kernels.ts'
import { emitLoop } from './partialFolds.ts'
import { isFold, isScalar, roleOf } from './roles.ts'
import type { Scheduler } from './scheduler.ts'
import { describe } from './signature.ts'
import { broadcastView, type Order, orderOf, rowMajor, type View } from './view.ts'

/** Schedules a group of elementwise operations, and the folds at its end, as one loop. */
export function lowerLoop<Calls>(scheduler: Scheduler<Calls>, group: Group): void {
  const first = scheduler.graph.inputs.length
  const body = new LoopBody(scheduler, group)
  const results = group.members.flatMap((index) => {
    const value = first + index
    const operation = scheduler.graph.operations[index]
    const fold = isFold(operation) ? operation.name : undefined
    if (fold === undefined && !isNeededOutside(scheduler, group, value)) return []
    return [{ value, operation, fold, register: body.registerOf(fold ? operation.inputs[0] : value) }]
  })
  if (results.length === 0) return
  const order = preferredOrder(body.loads(), group)
  const stores: Store[] = []
  const folds: Fold[] = []
  for (const { value, operation, fold, register } of results) {
    const view = fold
      ? scheduler.allocate(operation.shape, operation.dtype, order)
      : scheduler.allocateResult(operation, order)
    scheduler.place(value, view)
    if (fold) folds.push({ name: fold, register, view: broadcastView(view, group.shape) })
    else stores.push({ register, view })
  }
  const { shape } = group
  emitLoop(scheduler, { kind: 'loop', shape, order, body: body.instructions, stores, folds })
}

/** The instructions of a loop, generated on demand, and the register of each value of the graph. */
class LoopBody<Calls> {
  readonly instructions: Instruction[] = []
  readonly #scheduler: Scheduler<Calls>
  readonly #group: Group
  readonly #members: ReadonlySet<number>
  readonly #registers = new Map<number, number>()
  readonly #shared = new Map<string, number>()

  constructor(scheduler: Scheduler<Calls>, group: Group) {
    this.#scheduler = scheduler
    this.#group = group
    const first = scheduler.graph.inputs.length
    this.#members = new Set(group.members.map((index) => first + index))
  }

  loads(): View[] {
    return this.instructions.flatMap((instruction) => (instruction.name === 'load' ? [instruction.view] : []))
  }

  /** Returns the register of a value: computed here, constant, or loaded from memory. */
  registerOf(value: number): number {
    let register = this.#registers.get(value)
    if (register === undefined) {
      register =
        this.#members.has(value) || this.#scheduler.recomputed.has(value)
          ? this.#compute(this.#scheduler.operationOf(value)!)
          : this.#share(this.#constantOf(value) ?? this.#load(value))
      this.#registers.set(value, register)
    }
    return register
  }

  #compute(operation: Operation): number {
    if (!isScalar(operation)) throw new Error(`plan: '${operation.name}' is not an elementwise operation`)
    const inputs = operation.inputs.map((input) => this.registerOf(input))
    return this.instructions.push({ name: operation.name, inputs, dtype: operation.dtype }) - 1
  }

  #load(value: number): Instruction {
    const view = broadcastView(this.#scheduler.viewOf(value), this.#group.shape)
    return { name: 'load', view, dtype: this.#scheduler.dtypeOf(value) }
  }

  /** Any view of a literal, and an iota that is not viewed, need no memory. */
  #constantOf(value: number): Instruction | undefined {
    let operation = this.#scheduler.operationOf(value)
    if (operation?.name === 'iota') {
      const axis = operation.attributes.axis + this.#group.shape.length - operation.shape.length
      if (operation.shape[operation.attributes.axis] !== this.#group.shape[axis]) return undefined
      return { name: 'iota', axis, dtype: 'int32' }
    }
    while (operation !== undefined && roleOf(operation.name) === 'view') {
      operation = this.#scheduler.operationOf(operation.inputs[0])
    }
    if (operation?.name !== 'literal') return undefined
    return { name: 'literal', value: operation.attributes.value, dtype: operation.dtype }
  }

  /** Returns the register of an instruction without inputs; equal instructions share one. */
  #share(instruction: Instruction): number {
    const key = instruction.name === 'load' ? JSON.stringify(instruction) : describe(instruction)
    let register = this.#shared.get(key)
    if (register === undefined) this.#shared.set(key, (register = this.instructions.push(instruction) - 1))
    return register
  }
}

/**
 * Returns the order of axes of the first of the largest operands, so that most memory access is contiguous. An axis along which
 * it is repeated comes right inside the axis before it.
 */
function preferredOrder(loads: readonly View[], { shape }: Group): Order {
  const isRepeated = ({ strides }: View, axis: number) => strides[axis] === 0 && shape[axis] !== 1
  const sizes = loads.map((view) => sizeOf(shape.filter((_, axis) => !isRepeated(view, axis))))
  const largest = loads[sizes.indexOf(Math.max(...sizes))]
  if (largest === undefined) return rowMajor(shape.length)
  const order = orderOf(largest).filter((axis) => !isRepeated(largest, axis))
  for (const axis of rowMajor(shape.length))
    if (isRepeated(largest, axis)) order.splice(axis === 0 ? 0 : order.indexOf(axis - 1) + 1, 0, axis)
  return order
}

/** Returns whether a value must be stored: for an output, or for another group that reads it or recomputes a reader. */
function isNeededOutside<Calls>(scheduler: Scheduler<Calls>, group: Group, value: number): boolean {
  if (scheduler.recomputed.has(value)) return false
  const first = scheduler.graph.inputs.length
  const isReadOutside = (read: number): boolean =>
    scheduler.readers(read).some((reader) => {
      if (reader === 'output') return true
      return scheduler.recomputed.has(first + reader)
        ? isReadOutside(first + reader)
        : !group.members.includes(reader)
    })
  return isReadOutside(value)
}
