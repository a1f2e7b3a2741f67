import type { LoopKernel } from '../../../plan/kernels.ts'
import { type Axis, loopNest } from '../../../plan/nest.ts'
import type { View } from '../../../plan/view.ts'
import type { Code } from '../assembler/encoding.ts'
import { i32, i32x4 } from '../assembler/instructions.ts'
import type { FunctionBuilder, Local } from '../assembler/module.ts'
import type { Given, VectorAddress } from './body.ts'
import { bytesPerElement, laneCount } from './lanes.ts'

/** The nest of a loop, with strides in bytes, and the distinct strides of its operands. */
export interface Nest {
  readonly operands: readonly (readonly number[])[]
  readonly axes: readonly Axis[]
}

export function nestOf(kernel: LoopKernel): Nest {
  const operands = operandsOf(kernel)
  const strides = operands.map((operand) => operand.map((stride) => stride * bytesPerElement))
  return { operands, axes: loopNest(kernel.shape, kernel.order, strides) }
}

/** Returns the distinct strides of operands. Operands with equal strides share one running byte offset. */
function operandsOf(kernel: LoopKernel): (readonly number[])[] {
  const operands: (readonly number[])[] = []
  const add = (strides: readonly number[]) => {
    if (indexOf(operands, strides) < 0) operands.push(strides)
  }
  for (const instruction of kernel.body) {
    if (instruction.name === 'load') add(instruction.view.strides)
    if (instruction.name === 'iota') add(iotaStrides(instruction.axis, kernel))
  }
  for (const { view } of [...kernel.stores, ...kernel.folds]) add(view.strides)
  return operands
}

/** Returns the number of the operand with these strides. */
export function indexOf(operands: Nest['operands'], strides: readonly number[]): number {
  const key = strides.join()
  return operands.findIndex((other) => other.join() === key)
}

/** Returns the strides of a virtual array whose element i along one axis is i. */
function iotaStrides(axis: number, { shape }: LoopKernel): number[] {
  return shape.map((_, i) => (i === axis ? 1 : 0))
}

/** The running addresses of the operands of a loop: a pointer to the value, and a byte offset. */
export class Operands {
  readonly #kernel: LoopKernel
  readonly #operands: Nest['operands']
  readonly #builder: FunctionBuilder
  /** A pointer to the value of a view. */
  readonly pointerTo: (view: View) => Code
  /** The running byte offset of each operand. */
  readonly #offsets: readonly Local[]

  constructor(
    kernel: LoopKernel,
    { operands }: Nest,
    builder: FunctionBuilder,
    pointerTo: (view: View) => Code,
  ) {
    this.#kernel = kernel
    this.#operands = operands
    this.#builder = builder
    this.pointerTo = pointerTo
    this.#offsets = operands.map(() => builder.local('i32'))
  }

  /** Moves every operand to iteration `counter` of an axis; without one, to the start. */
  start(axis?: Axis, counter?: Local): void {
    this.#offsets.forEach((offset, i) => {
      const from = axis && counter ? i32.mul(counter.get, i32.const(axis.strides[i])) : i32.const(0)
      this.#builder.emit(offset.set(from))
    })
  }

  /** Moves every operand by a number of iterations of a loop. */
  advance(axis: Axis, iterations: number): void {
    this.#offsets.forEach((offset, i) => {
      const stride = axis.strides[i]
      if (stride === 0 || iterations === 0) return
      this.#builder.emit(offset.set(i32.add(offset.get, i32.const(stride * iterations))))
    })
  }

  /** The innermost axis of a nest without axes. */
  get singleIteration(): Axis {
    return { length: 1, strides: this.#offsets.map(() => 0) }
  }

  /** Returns the number of the operand that a view belongs to. */
  indexOf({ strides }: View): number {
    return indexOf(this.#operands, strides)
  }

  strideOf(view: View, axis: Axis): number {
    return axis.strides[this.indexOf(view)]
  }

  offsetOf(view: View): Local {
    return this.#offsets[this.indexOf(view)]
  }

  /** Returns the current address of a view: an address, and an offset for the immediate of an instruction. */
  addressOf(view: View): { address: Code; offset: number } {
    const walked = i32.add(this.pointerTo(view), this.offsetOf(view).get)
    const offset = view.offset * bytesPerElement
    // Immediate offsets do not wrap around, so with negative strides the offset is added to the address.
    const isBackward = view.strides.some((stride) => stride < 0)
    return isBackward
      ? { address: i32.add(walked, i32.const(offset)), offset: 0 }
      : { address: walked, offset }
  }

  /** Returns the address of one of two vectors of an operand. */
  vectorAddress(view: View, axis: Axis, half: number): VectorAddress {
    const { address, offset } = this.addressOf(view)
    const stride = this.strideOf(view, axis)
    const step = half * laneCount * stride
    return step < 0
      ? { address: i32.add(address, i32.const(step)), offset, stride }
      : { address, offset: offset + step, stride }
  }

  /** Returns four consecutive numbers of an iota. The first is the offset of the virtual array in elements. */
  countFrom(instruction: Given, axis: Axis, half: number): Code {
    if (instruction.name !== 'iota') throw new Error('a loop has no result of a call')
    const index = indexOf(this.#operands, iotaStrides(instruction.axis, this.#kernel))
    const step = axis.strides[index] / bytesPerElement
    const first = i32.shr_u(this.#offsets[index].get, i32.const(2))
    const lane = (i: number) => (half * laneCount + i) * step
    return i32x4.add(i32x4.splat(first), i32x4.const(lane(0), lane(1), lane(2), lane(3)))
  }
}
