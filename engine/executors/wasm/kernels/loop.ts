import type { DType } from '../../../dtype.ts'
import type { Fold, Instruction, LoopKernel, Store } from '../../../plan/kernels.ts'
import type { View } from '../../../plan/view.ts'
import { sizeOf } from '../../../shape.ts'
import type { Code } from '../assembler/encoding.ts'
import { f32x4, i32, i32x4, memory, v128 } from '../assembler/instructions.ts'
import type { FunctionBuilder, Local } from '../assembler/module.ts'
import { beginKernel, type KernelCode } from './kernelCode.ts'
import { bytesPerElement, laneCount, loadLanes, storeLanes } from './lanes.ts'
import { type Axis, loopNest } from './nest.ts'
import { emitElementwise, emitLiteral } from './scalars.ts'

/**
 * A fused loop. For maps of shape [N, C, H, W] that lie channels last, all operands walk evenly and the nest is
 *
 *     for each pixel n, h, w
 *       for each four channels           ← 128-bit vectors; a shorter rest at the end
 *         body in registers, stores
 *
 * A fold whose innermost axis stays (a sum over pixels for each channel) adds vectors to its result in memory; a fold
 * of the innermost axis keeps a vector of four sums in a register and adds them up behind the loop.
 */
export function loopCode(kernel: LoopKernel, foldedSizes: readonly number[]): KernelCode {
  const loads = kernel.body.flatMap((instruction) => (instruction.name === 'load' ? [instruction.view] : []))
  const outputs = [...kernel.stores, ...kernel.folds].map(({ view }) => view)
  const code = beginKernel([...loads, ...outputs])
  const writer = new LoopWriter(kernel, code.builder, (view) => code.pointerTo(view).get)
  kernel.folds.forEach((fold, i) => {
    writer.initialize(fold, foldedSizes[i])
  })
  if (sizeOf(kernel.shape) > 0) writer.nest()
  return code
}

/** Operands that move alike share one running byte offset. */
interface Walker {
  readonly key: string
  readonly strides: readonly number[]
  readonly offset: Local
}

class LoopWriter {
  readonly #kernel: LoopKernel
  readonly #builder: FunctionBuilder
  readonly #pointerTo: (view: View) => Code
  readonly #walkers: Walker[] = []
  readonly #axes: Axis[]
  /** Registers of sums over the innermost axis, by fold. */
  readonly #accumulators = new Map<Fold, Local>()
  /** Registers of instructions; those that no turn changes are set once. */
  readonly #registers: Local[]

  constructor(kernel: LoopKernel, builder: FunctionBuilder, pointerTo: (view: View) => Code) {
    this.#kernel = kernel
    this.#builder = builder
    this.#pointerTo = pointerTo
    for (const instruction of kernel.body) {
      if (instruction.name === 'load') this.#addWalker(instruction.view.strides)
      if (instruction.name === 'iota') this.#addWalker(iotaStrides(instruction.axis, kernel))
    }
    for (const { view } of [...kernel.stores, ...kernel.folds]) this.#addWalker(view.strides)
    this.#axes = loopNest(
      kernel.shape,
      kernel.order,
      this.#walkers.map(({ strides }) => strides.map((stride) => stride * bytesPerElement)),
    )
    this.#registers = kernel.body.map(() => builder.local('v128'))
  }

  #addWalker(strides: readonly number[]): void {
    const key = strides.join()
    if (this.#walkers.some((walker) => walker.key === key)) return
    this.#walkers.push({ key, strides, offset: this.#builder.local('i32') })
  }

  #walkerOf(strides: readonly number[]): number {
    const key = strides.join()
    return this.#walkers.findIndex((walker) => walker.key === key)
  }

  /** Sets the whole result of a fold to what changes nothing: 0, or the smallest number. */
  initialize({ name, view, register }: Fold, size: number): void {
    const pointer = this.#pointerTo(view)
    const { dtype } = this.#kernel.body[register]
    if (name === 'sum') {
      this.#builder.emit(memory.fill(pointer, i32.const(0), i32.const(size * bytesPerElement)))
      return
    }
    const smallest = smallestLanes(dtype)
    const whole = Math.floor(size / laneCount)
    if (whole > 0) {
      this.#builder.loop(whole, laneCount * bytesPerElement, (at) => {
        this.#builder.emit(v128.store(i32.add(pointer, at.get), smallest))
      })
    }
    const rest = size % laneCount
    const offset = whole * laneCount * bytesPerElement
    if (rest > 0) this.#builder.emit(storeLanes(pointer, offset, bytesPerElement, rest, smallest))
  }

  nest(): void {
    const innermost = this.#axes.at(-1) ?? { length: 1, strides: this.#walkers.map(() => 0) }
    for (const { offset } of this.#walkers) this.#builder.emit(offset.set(i32.const(0)))
    const loopAt = (depth: number) => {
      if (depth >= this.#axes.length - 1) this.#innermost(innermost)
      else {
        const { length, strides } = this.#axes[depth]
        this.#builder.loop(length, 1, () => {
          loopAt(depth + 1)
          this.#advance(strides, 1)
        })
        this.#advance(strides, -length)
      }
    }
    loopAt(0)
  }

  /** Moves every walker by so many turns of a loop. */
  #advance(strides: readonly number[], turns: number): void {
    this.#walkers.forEach(({ offset }, i) => {
      if (strides[i] !== 0) this.#builder.emit(offset.set(i32.add(offset.get, i32.const(strides[i] * turns))))
    })
  }

  #innermost(axis: Axis): void {
    const innerFolds = this.#kernel.folds.filter((fold) => this.#strideOf(fold, axis) === 0)
    for (const fold of innerFolds) {
      const accumulator = this.#accumulators.get(fold) ?? this.#builder.local('v128')
      this.#accumulators.set(fold, accumulator)
      this.#builder.emit(accumulator.set(this.#neutral(fold)))
    }
    const whole = Math.floor(axis.length / laneCount)
    const turn = () => {
      this.#turn(axis, laneCount)
      this.#advance(axis.strides, laneCount)
    }
    if (whole > 1) this.#builder.loop(whole, 1, turn)
    else if (whole === 1) turn()
    const rest = axis.length % laneCount
    if (rest > 0) this.#turn(axis, rest)
    this.#advance(axis.strides, -whole * laneCount)
    for (const fold of innerFolds) this.#foldLanes(fold)
  }

  #strideOf({ view }: Store, axis: Axis): number {
    return axis.strides[this.#walkerOf(view.strides)]
  }

  #neutral({ name, register }: Fold): Code {
    return name === 'sum' ? v128.zero : smallestLanes(this.#kernel.body[register].dtype)
  }

  /** Where the walker of a view stands: a pointer, and an offset that the instruction adds. */
  #addressOf(view: View): { address: Code; offset: number } {
    const walked = i32.add(this.#pointerTo(view), this.#walkers[this.#walkerOf(view.strides)].offset.get)
    const offset = view.offset * bytesPerElement
    // Instructions add offsets without wrapping, so a walk backwards must start from the offset itself.
    const isBackward = view.strides.some((stride) => stride < 0)
    return isBackward
      ? { address: i32.add(walked, i32.const(offset)), offset: 0 }
      : { address: walked, offset }
  }

  /** One turn of the innermost loop: so many elements side by side. */
  #turn(axis: Axis, lanes: number): void {
    this.#kernel.body.forEach((instruction, i) => {
      this.#builder.emit(this.#registers[i].set(this.#evaluate(instruction, axis, lanes)))
    })
    for (const store of this.#kernel.stores) {
      const { address, offset } = this.#addressOf(store.view)
      const value = this.#registers[store.register].get
      this.#builder.emit(storeLanes(address, offset, this.#strideOf(store, axis), lanes, value))
    }
    for (const fold of this.#kernel.folds) this.#fold(fold, axis, lanes)
  }

  #evaluate(instruction: Instruction, axis: Axis, lanes: number): Code {
    switch (instruction.name) {
      case 'load': {
        const { view } = instruction
        const stride = axis.strides[this.#walkerOf(view.strides)]
        const { address, offset } = this.#addressOf(view)
        return loadLanes(address, offset, stride, lanes)
      }
      case 'literal':
        return emitLiteral(instruction.value, instruction.dtype)
      case 'iota': {
        // A walker over an array of which element i lies at i: its offset, in elements, is the number itself.
        const index = this.#walkerOf(iotaStrides(instruction.axis, this.#kernel))
        const step = axis.strides[index] / bytesPerElement
        const first = i32.shr_u(this.#walkers[index].offset.get, i32.const(2))
        return i32x4.add(i32x4.splat(first), i32x4.const(0, step, 2 * step, 3 * step))
      }
      default: {
        const operands = instruction.inputs.map((input) => ({
          register: this.#registers[input],
          dtype: this.#kernel.body[input].dtype,
        }))
        return emitElementwise(this.#builder, instruction.name, operands, instruction.dtype)
      }
    }
  }

  #fold(fold: Fold, axis: Axis, lanes: number): void {
    const { dtype } = this.#kernel.body[fold.register]
    const value = this.#registers[fold.register].get
    const accumulator = this.#accumulators.get(fold)
    const combine = combineLanes(fold.name, dtype)
    if (accumulator !== undefined) {
      const active = lanes === laneCount ? value : v128.bitselect(value, this.#neutral(fold), laneMask(lanes))
      this.#builder.emit(accumulator.set(combine(accumulator.get, active)))
      return
    }
    const stride = this.#strideOf(fold, axis)
    const { address, offset } = this.#addressOf(fold.view)
    const sum = this.#builder.local('v128')
    this.#builder.emit(
      sum.set(combine(loadLanes(address, offset, stride, lanes), value)),
      storeLanes(address, offset, stride, lanes, sum.get),
    )
  }

  /** Folds the four lanes of an accumulator into one and that into memory. */
  #foldLanes(fold: Fold): void {
    const accumulator = this.#accumulators.get(fold)!
    const combine = combineLanes(fold.name, this.#kernel.body[fold.register].dtype)
    const { address, offset } = this.#addressOf(fold.view)
    const lane = (index: number) => i32x4.splat(i32x4.extract_lane(accumulator.get, index))
    const pairs = this.#builder.local('v128')
    this.#builder.emit(
      pairs.set(combine(combine(lane(0), lane(1)), combine(lane(2), lane(3)))),
      pairs.set(combine(v128.load32_splat(address, offset), pairs.get)),
      v128.store_lane(address, pairs.get, 0, offset),
    )
  }
}

/** The strides of an imagined array whose element i along one axis is i. */
function iotaStrides(axis: number, { shape }: LoopKernel): number[] {
  return shape.map((_, i) => (i === axis ? 1 : 0))
}

function combineLanes(name: Fold['name'], dtype: DType): (a: Code, b: Code) => Code {
  if (name === 'sum') return dtype === 'float32' ? f32x4.add : i32x4.add
  return dtype === 'float32' ? f32x4.max : i32x4.max_s
}

function smallestLanes(dtype: DType): Code {
  return dtype === 'float32'
    ? emitLiteral(Number.NEGATIVE_INFINITY, 'float32')
    : i32x4.splat(i32.const(-(2 ** 31)))
}

/** All bits set in the first `lanes` lanes. */
function laneMask(lanes: number): Code {
  const bits = (lane: number) => (lane < lanes ? -1 : 0)
  return i32x4.const(bits(0), bits(1), bits(2), bits(3))
}
