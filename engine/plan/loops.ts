import type { Attributes } from '../node.ts'
import type { BinaryName, UnaryName } from '../operations/names.ts'
import { sizeOf } from '../shape.ts'
import type { Operation } from './graph.ts'
import { type Group, roleOf } from './groups.ts'
import type { Fold, Instruction, LoopKernel, Store } from './kernels.ts'
import type { Scheduler } from './scheduler.ts'
import { describe } from './signature.ts'
import { broadcastView, denseView, type Order, orderOf, rowMajor, type View } from './view.ts'

/** Schedules a group of elementwise operations, and the reductions at its end, as one loop. */
export function lowerLoop(scheduler: Scheduler, group: Group): void {
  const body = new LoopBody(scheduler, group)
  const order = preferredOrder(body.loads(), group)
  const stores: Store[] = []
  const folds: Fold[] = []
  for (const { value, operation } of body.members) {
    const register = body.registerOf(roleOf(operation.name) === 'fold' ? operation.inputs[0] : value)
    if (roleOf(operation.name) === 'fold') {
      const view = scheduler.allocate(operation.shape, operation.dtype, order)
      scheduler.place(value, view)
      folds.push({ name: operation.name as Fold['name'], register, view: broadcastView(view, group.shape) })
    } else if (isNeededOutside(scheduler, group, value)) {
      const view = scheduler.allocate(group.shape, operation.dtype, order)
      scheduler.place(value, view)
      stores.push({ register, view })
    }
  }
  emitWithPartialFolds(scheduler, {
    kind: 'loop',
    shape: group.shape,
    order,
    body: body.instructions,
    stores,
    folds,
  })
}

/** The instructions of a group, and which register holds which value of the graph. */
class LoopBody {
  readonly instructions: Instruction[] = []
  readonly members: readonly { readonly value: number; readonly operation: Operation }[]
  readonly #scheduler: Scheduler
  readonly #group: Group
  readonly #registers = new Map<number, number>()
  readonly #shared = new Map<string, number>()

  constructor(scheduler: Scheduler, group: Group) {
    this.#scheduler = scheduler
    this.#group = group
    const first = scheduler.graph.inputs.length
    this.members = group.members.map((index) => ({
      value: first + index,
      operation: scheduler.graph.operations[index],
    }))
    for (const { value, operation } of this.members) {
      const inputs = operation.inputs.map((input) => this.registerOf(input))
      if (roleOf(operation.name) === 'fold') continue
      const name = operation.name as UnaryName | BinaryName | 'where' | 'cast'
      this.#registers.set(value, this.instructions.push({ name, inputs, dtype: operation.dtype }) - 1)
    }
  }

  loads(): View[] {
    return this.instructions.flatMap((instruction) => (instruction.name === 'load' ? [instruction.view] : []))
  }

  /** The register of a value: of a member, of a number, or of an element loaded from memory. */
  registerOf(value: number): number {
    let register = this.#registers.get(value)
    if (register === undefined) {
      register = this.#share(this.#numberOf(value) ?? this.#load(value))
      this.#registers.set(value, register)
    }
    return register
  }

  #load(value: number): Instruction {
    const view = broadcastView(this.#scheduler.viewOf(value), this.#group.shape)
    return { name: 'load', view, dtype: this.#scheduler.dtypeOf(value) }
  }

  /** A literal however it is viewed, and an iota that is not, need no memory. */
  #numberOf(value: number): Instruction | undefined {
    let operation = this.#scheduler.operationOf(value)
    if (operation?.name === 'iota') {
      const axis = (operation.attributes.axis as number) + this.#group.shape.length - operation.shape.length
      if (operation.shape[operation.attributes.axis as number] !== this.#group.shape[axis]) return undefined
      return { name: 'iota', axis, dtype: 'int32' }
    }
    while (operation !== undefined && roleOf(operation.name) === 'view') {
      operation = this.#scheduler.operationOf(operation.inputs[0])
    }
    if (operation?.name !== 'literal') return undefined
    return { name: 'literal', value: operation.attributes.value as number, dtype: operation.dtype }
  }

  /** The register of an instruction without inputs; equal ones share it. */
  #share(instruction: Instruction): number {
    const key =
      instruction.name === 'load' ? JSON.stringify(instruction) : describe(instruction as Attributes)
    let register = this.#shared.get(key)
    if (register === undefined) this.#shared.set(key, (register = this.instructions.push(instruction) - 1))
    return register
  }
}

/** The order of the first operand that is as large as the loop, so that most memory is walked through in a row. */
function preferredOrder(loads: readonly View[], { shape }: Group): Order {
  const full = loads.find(({ strides }) => strides.every((stride, axis) => stride !== 0 || shape[axis] === 1))
  return full === undefined ? rowMajor(shape.length) : orderOf(full)
}

/** Whether somebody reads the value from memory. */
function isNeededOutside(scheduler: Scheduler, group: Group, value: number): boolean {
  return scheduler.readers(value).some((reader) => reader === 'output' || !group.members.includes(reader))
}

/**
 * A fold over several axes runs in two steps: first over all but the outermost of them, then over that one. Sums of
 * sums keep rounding errors small (they grow with the length of a chain), and parts can be computed apart.
 */
function emitWithPartialFolds(scheduler: Scheduler, kernel: LoopKernel): void {
  const { shape, order, folds } = kernel
  const folded = order.filter(
    (axis) => folds.length > 0 && folds[0].view.strides[axis] === 0 && shape[axis] > 1,
  )
  if (folded.length < 2 || sizeOf(shape) === 0) {
    scheduler.emit(kernel)
    return
  }
  const [outermost] = folded
  const partials = folds.map(({ view }) => {
    const partialShape = shape.map((length, axis) =>
      folded.includes(axis) && axis !== outermost ? 1 : length,
    )
    return scheduler.allocate(partialShape, scheduler.values[view.value].dtype, order)
  })
  scheduler.emit({
    ...kernel,
    folds: folds.map((fold, i) => ({ ...fold, view: broadcastView(partials[i], shape) })),
  })
  folds.forEach(({ name, view }, i) => {
    const partial = partials[i]
    const { dtype } = scheduler.values[view.value]
    const total = denseView(view.value, scheduler.values[view.value].shape, order)
    scheduler.emit({
      kind: 'loop',
      shape: partial.shape,
      order,
      body: [{ name: 'load', view: partial, dtype }],
      stores: [],
      folds: [{ name, register: 0, view: broadcastView(total, partial.shape) }],
    })
  })
}
