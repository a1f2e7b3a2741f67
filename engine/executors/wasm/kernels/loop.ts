import type { Fold, LoopKernel } from '../../../plan/kernels.ts'
import { type Axis, loopNest } from '../../../plan/nest.ts'
import type { View } from '../../../plan/view.ts'
import { sizeOf } from '../../../shape.ts'
import type { Code } from '../assembler/encoding.ts'
import { i32, i32x4, v128 } from '../assembler/instructions.ts'
import type { FunctionBuilder, Local } from '../assembler/module.ts'
import { BodyWriter, type Given, type Place } from './body.ts'
import { clearFold, combineLanes, foldAcross, laneMask, neutralLanes } from './folds.ts'
import { beginKernel, forUnits, type KernelCode } from './kernelCode.ts'
import { bytesPerElement, laneCount, loadLanes, storeLanes } from './lanes.ts'
import { at } from './pointers.ts'
import { shareOut } from './shareOut.ts'
import { inPieces } from './tile.ts'
import {
  bytesPerTotal,
  type Cut,
  clearTotals,
  cutOfFold,
  longestChain,
  moveIntoTotals,
  roundTotals,
  TotalLanes,
} from './totals.ts'

/**
 * A fused loop. For maps of shape [N, C, H, W] that lie channels last, all operands walk evenly and the nest is
 *
 *     for each pixel n, h, w         (the units of threads)
 *       for each eight channels      ← two vectors side by side, which V8 may make one; a shorter rest at the end
 *         body in registers, stores
 *
 * A fold whose innermost axis stays (a sum over pixels for each channel) adds vectors to its result in memory; a fold
 * of the innermost axis keeps a vector of four sums in a register and adds them up behind the loop. Both move long sums
 * into totals, block by block: the former at the end of every so many turns of one loop (`cutOf`), the latter of its own.
 */
export function loopCode(kernel: LoopKernel, foldedSizes: readonly number[]): KernelCode {
  const { operands, nest } = nestOf(kernel)
  const folded = kernel.folds.map(({ view }) => indexOf(operands, view.strides))
  const shared = shareOut(nest, kernel.shape, folded)

  const loads = kernel.body.flatMap((instruction) => (instruction.name === 'load' ? [instruction.view] : []))
  const outputs = [...kernel.stores, ...kernel.folds].map(({ view }) => view)
  const totals = kernel.folds.flatMap((fold) => fold.totals ?? [])
  const code = beginKernel([...loads, ...outputs, ...totals], shared?.[0].length)
  const writer = new LoopWriter(kernel, operands, code.builder, (view) => code.pointerTo(view).get)
  if (shared !== undefined) writer.writeShared(shared)
  else writer.writeWhole(nest, foldedSizes)
  return code
}

/**
 * Where the sums of a fold in memory end their blocks, if they are long. What the innermost loop has folded in a register
 * comes as one addition.
 */
function cutOf(nest: readonly Axis[], operand: number): Cut | undefined {
  const isFolded = ({ strides }: Axis, depth: number) => strides[operand] === 0 && depth < nest.length - 1
  const lengths = nest.map((axis, depth) => (isFolded(axis, depth) ? axis.length : 1))
  return cutOfFold(lengths)
}

/** The folds of a loop whose sums in memory are so long that they need totals. */
export function longSums(kernel: LoopKernel): readonly Fold[] {
  const { operands, nest } = nestOf(kernel)
  return kernel.folds.filter(
    (fold) => isFloatSum(fold, kernel) && cutOf(nest, indexOf(operands, fold.view.strides)) !== undefined,
  )
}

function isFloatSum({ name, register }: Fold, { body }: LoopKernel): boolean {
  return name === 'sum' && body[register].dtype === 'float32'
}

/** The operands of a loop, and its nest in bytes. */
function nestOf(kernel: LoopKernel): { operands: (readonly number[])[]; nest: Axis[] } {
  const operands = operandsOf(kernel)
  const strides = operands.map((operand) => operand.map((stride) => stride * bytesPerElement))
  return { operands, nest: loopNest(kernel.shape, kernel.order, strides) }
}

/** The strides of all operands, each once: operands that move alike share one running byte offset. */
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

function indexOf(operands: readonly (readonly number[])[], strides: readonly number[]): number {
  const key = strides.join()
  return operands.findIndex((other) => other.join() === key)
}

/** The strides of an imagined array whose element i along one axis is i. */
function iotaStrides(axis: number, { shape }: LoopKernel): number[] {
  return shape.map((_, i) => (i === axis ? 1 : 0))
}

class LoopWriter {
  readonly #kernel: LoopKernel
  readonly #operands: readonly (readonly number[])[]
  readonly #builder: FunctionBuilder
  readonly #pointerTo: (view: View) => Code
  /** The running byte offset of each operand. */
  readonly #offsets: readonly Local[]
  readonly #body: BodyWriter

  constructor(
    kernel: LoopKernel,
    operands: readonly (readonly number[])[],
    builder: FunctionBuilder,
    pointerTo: (view: View) => Code,
  ) {
    this.#kernel = kernel
    this.#operands = operands
    this.#builder = builder
    this.#pointerTo = pointerTo
    this.#offsets = operands.map(() => builder.local('i32'))
    this.#body = new BodyWriter(builder, kernel.body)
  }

  /** The nest in one piece. */
  writeWhole(nest: readonly Axis[], foldedSizes: readonly number[]): void {
    const parts = this.#kernel.folds.map(
      (fold, i): FoldedPart => ({
        fold,
        size: foldedSizes[i],
        results: this.#pointerTo(fold.view),
        totals: fold.totals && this.#pointerTo(fold.totals),
      }),
    )
    this.#clear(parts)
    if (sizeOf(this.#kernel.shape) === 0) return
    for (const offset of this.#offsets) this.#builder.emit(offset.set(i32.const(0)))
    this.#loops(nest)
    this.#roundTotals(parts)
  }

  /** The nest with the turns of its outermost loop as units: each has a part of every fold to itself. */
  writeShared([outermost, ...inner]: readonly Axis[]): void {
    forUnits(this.#builder, (unit) => {
      this.#offsets.forEach((offset, i) => {
        this.#builder.emit(offset.set(i32.mul(unit.get, i32.const(outermost.strides[i]))))
      })
      const parts = this.#kernel.folds.map((fold): FoldedPart => {
        const size = this.#strideOf(fold.view, outermost) / bytesPerElement
        return {
          fold,
          size,
          results: at(this.#pointerTo(fold.view), [unit, size * bytesPerElement]),
          totals: fold.totals && at(this.#pointerTo(fold.totals), [unit, size * bytesPerTotal]),
        }
      })
      this.#clear(parts)
      this.#loops(inner)
      this.#roundTotals(parts)
    })
  }

  #clear(parts: readonly FoldedPart[]): void {
    for (const { fold, size, results, totals } of parts) {
      clearFold(this.#builder, fold.name, this.#dtypeOf(fold), results, size)
      if (totals) this.#builder.emit(clearTotals(totals, size))
    }
  }

  #roundTotals(parts: readonly FoldedPart[]): void {
    for (const { size, results, totals } of parts) {
      if (totals) roundTotals(this.#builder, totals, results, size)
    }
  }

  #loops(nest: readonly Axis[]): void {
    const long = this.#kernel.folds.filter(({ totals }) => totals)
    const cut = long.length > 0 ? cutOf(nest, indexOf(this.#operands, long[0].view.strides)) : undefined
    const innermost = nest.at(-1) ?? { length: 1, strides: this.#offsets.map(() => 0) }
    const loopAt = (depth: number) => {
      if (depth >= nest.length - 1) this.#innermost(innermost)
      else {
        const { length, strides } = nest[depth]
        const turns = (count: number) =>
          this.#builder.loop(count, 1, () => {
            loopAt(depth + 1)
            this.#advance(strides, 1)
          })
        if (cut?.depth !== depth) turns(length)
        else {
          inPieces(this.#builder, length, cut.turns, 1, (_, piece) => {
            turns(piece)
            for (const fold of long) this.#moveIntoTotals(fold, nest.slice(depth + 1))
          })
        }
        this.#advance(strides, -length)
      }
    }
    loopAt(0)
  }

  /** Moves what the loops inside a block have summed into the totals. */
  #moveIntoTotals({ view, totals }: Fold, inside: readonly Axis[]): void {
    const size = sizeOf(inside.map((axis) => (this.#strideOf(view, axis) === 0 ? 1 : axis.length)))
    const offset = this.#offsets[indexOf(this.#operands, view.strides)]
    moveIntoTotals(
      this.#builder,
      at(this.#pointerTo(view), [offset, 1]),
      at(this.#pointerTo(totals!), [offset, bytesPerTotal / bytesPerElement]),
      size,
    )
  }

  /** Moves every operand by so many turns of a loop. */
  #advance(strides: readonly number[], turns: number): void {
    this.#offsets.forEach((offset, i) => {
      if (strides[i] === 0 || turns === 0) return
      this.#builder.emit(offset.set(i32.add(offset.get, i32.const(strides[i] * turns))))
    })
  }

  #innermost(axis: Axis): void {
    const accumulators = new Map<Fold, Local>()
    const totals = new Map<Fold, TotalLanes>()
    for (const fold of this.#kernel.folds) {
      if (this.#strideOf(fold.view, axis) !== 0) continue
      const accumulator = this.#builder.local('v128')
      accumulators.set(fold, accumulator)
      this.#builder.emit(accumulator.set(neutralLanes(fold.name, this.#dtypeOf(fold))))
      if (axis.length <= laneCount * longestChain || !isFloatSum(fold, this.#kernel)) continue
      const lanes = new TotalLanes(this.#builder)
      lanes.clear()
      totals.set(fold, lanes)
    }
    const endBlock = () => {
      for (const [fold, lanes] of totals) {
        const accumulator = accumulators.get(fold)!
        lanes.add(accumulator)
        this.#builder.emit(accumulator.set(v128.zero))
      }
    }
    let done = 0
    for (const lanes of [2 * laneCount, laneCount, 1]) {
      const turns = lanes === 1 ? Math.min(1, axis.length - done) : Math.floor((axis.length - done) / lanes)
      const width = lanes === 1 ? axis.length - done : lanes
      const turn = () => {
        this.#turn(axis, width, accumulators)
        this.#advance(axis.strides, width)
      }
      if (turns === 1) turn()
      else if (totals.size === 0) this.#builder.loop(turns, 1, turn)
      else {
        inPieces(this.#builder, turns, longestChain / 2, 1, (_, piece) => {
          this.#builder.loop(piece, 1, turn)
          endBlock()
        })
      }
      done += turns * width
    }
    endBlock()
    this.#advance(axis.strides, -axis.length)
    for (const [fold, accumulator] of accumulators) {
      const sum = totals.get(fold)?.across()
      this.#foldIntoMemory(fold, sum ?? foldAcross(fold.name, this.#dtypeOf(fold), accumulator.get))
    }
  }

  #dtypeOf({ register }: Fold) {
    return this.#kernel.body[register].dtype
  }

  #strideOf(view: View, axis: Axis): number {
    return axis.strides[indexOf(this.#operands, view.strides)]
  }

  /** Where the operand of a view stands: a pointer, and an offset that the instruction adds. */
  #addressOf(view: View): { address: Code; offset: number } {
    const walked = i32.add(this.#pointerTo(view), this.#offsets[indexOf(this.#operands, view.strides)].get)
    const offset = view.offset * bytesPerElement
    // Instructions add offsets without wrapping, so a walk backwards must start from the offset itself.
    const isBackward = view.strides.some((stride) => stride < 0)
    return isBackward
      ? { address: i32.add(walked, i32.const(offset)), offset: 0 }
      : { address: walked, offset }
  }

  /** One turn of the innermost loop: `width` elements in one vector or in two. */
  #turn(axis: Axis, width: number, accumulators: ReadonlyMap<Fold, Local>): void {
    this.#body.write(this.#kernel.stores, width, {
      place: (view, half) => this.#place(view, axis, half),
      given: (instruction, half) => this.#countFrom(instruction, axis, half),
    })
    const halves = width > laneCount ? [0, 1] : [0]
    const lanes = Math.min(width, laneCount)
    for (const fold of this.#kernel.folds) {
      for (const half of halves) this.#fold(fold, axis, lanes, half, accumulators.get(fold))
    }
  }

  /** Where one of two vectors of an operand starts. */
  #place(view: View, axis: Axis, half: number): Place {
    const { address, offset } = this.#addressOf(view)
    const stride = this.#strideOf(view, axis)
    const step = half * laneCount * stride
    return step < 0
      ? { address: i32.add(address, i32.const(step)), offset, stride }
      : { address, offset: offset + step, stride }
  }

  /** Four numbers of an iota: the byte offset of the imagined array, in elements, is the first of them. */
  #countFrom(instruction: Given, axis: Axis, half: number): Code {
    if (instruction.name !== 'iota') throw new Error('a loop has no result of a call')
    const index = indexOf(this.#operands, iotaStrides(instruction.axis, this.#kernel))
    const step = axis.strides[index] / bytesPerElement
    const first = i32.shr_u(this.#offsets[index].get, i32.const(2))
    const lane = (i: number) => (half * laneCount + i) * step
    return i32x4.add(i32x4.splat(first), i32x4.const(lane(0), lane(1), lane(2), lane(3)))
  }

  #fold(fold: Fold, axis: Axis, lanes: number, half: number, accumulator: Local | undefined): void {
    const dtype = this.#dtypeOf(fold)
    const combine = combineLanes(fold.name, dtype)
    const value = this.#body.result(fold.register, half)
    if (accumulator !== undefined) {
      const neutral = neutralLanes(fold.name, dtype)
      const active = lanes === laneCount ? value : v128.bitselect(value, neutral, laneMask(lanes))
      this.#builder.emit(accumulator.set(combine(accumulator.get, active)))
      return
    }
    const { address, offset, stride } = this.#place(fold.view, axis, half)
    const sum = this.#builder.local('v128')
    this.#builder.emit(
      sum.set(combine(loadLanes(address, offset, stride, lanes), value)),
      storeLanes(address, offset, stride, lanes, sum.get),
    )
  }

  /** Folds what a loop has folded, in every lane, into the result in memory. */
  #foldIntoMemory(fold: Fold, lanes: Code): void {
    const { address, offset } = this.#addressOf(fold.view)
    const sofar = v128.load32_splat(address, offset)
    const total = this.#builder.local('v128')
    this.#builder.emit(
      total.set(combineLanes(fold.name, this.#dtypeOf(fold))(sofar, lanes)),
      v128.store_lane(address, total.get, 0, offset),
    )
  }
}

/** The part of a fold's result that one unit computes. */
interface FoldedPart {
  readonly fold: Fold
  readonly size: number
  readonly results: Code
  readonly totals: Code | undefined
}
