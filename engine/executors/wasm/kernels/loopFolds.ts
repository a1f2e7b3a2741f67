import type { Fold, LoopKernel } from '../../../plan/kernels.ts'
import type { Axis } from '../../../plan/nest.ts'
import { sizeOf } from '../../../shape.ts'
import type { Code } from '../assembler/encoding.ts'
import { v128 } from '../assembler/instructions.ts'
import type { FunctionBuilder, Local } from '../assembler/module.ts'
import type { BodyWriter } from './body.ts'
import { clearFold, combineLanes, foldAcross, laneMask, neutralLanes } from './folds.ts'
import { bytesPerElement, laneCount, loadLanes, storeLanes } from './lanes.ts'
import { indexOf, nestOf, type Operands } from './operands.ts'
import { at } from './pointers.ts'
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
 * Returns where the sums of a fold in memory are cut into blocks, or undefined if they are short. A sum that the innermost
 * loop accumulates in a register counts as one addition.
 */
function cutOf(axes: readonly Axis[], operand: number): Cut | undefined {
  const isFolded = ({ strides }: Axis, depth: number) => strides[operand] === 0 && depth < axes.length - 1
  const lengths = axes.map((axis, depth) => (isFolded(axis, depth) ? axis.length : 1))
  return cutOfFold(lengths)
}

/** Returns the folds of a loop whose sums in memory are so long that they need totals. */
export function longSums(kernel: LoopKernel): readonly Fold[] {
  const { operands, axes } = nestOf(kernel)
  return kernel.folds.filter(
    (fold) => isFloatSum(fold, kernel) && cutOf(axes, indexOf(operands, fold.view.strides)) !== undefined,
  )
}

function isFloatSum({ name, register }: Fold, { body }: LoopKernel): boolean {
  return name === 'sum' && body[register].dtype === 'float32'
}

/** The part of a fold's result that one unit computes. */
export interface FoldedPart {
  readonly fold: Fold
  readonly size: number
  readonly results: Code
  readonly totals: Code | undefined
}

/**
 * The folds at the end of a loop's body. A fold that keeps the innermost axis (a sum over pixels for each channel) adds
 * vectors to its result in memory. A fold of the innermost axis keeps four sums in a register and adds them up after the
 * loop. Both move long sums into totals, block by block: the former after a fixed number of iterations of an outer loop
 * (`cutOf`), the latter of the innermost loop.
 */
export class LoopFolds {
  readonly #kernel: LoopKernel
  readonly #operands: Operands
  readonly #builder: FunctionBuilder
  readonly #body: BodyWriter

  constructor(kernel: LoopKernel, operands: Operands, builder: FunctionBuilder, body: BodyWriter) {
    this.#kernel = kernel
    this.#operands = operands
    this.#builder = builder
    this.#body = body
  }

  /** Returns the part of each fold that a unit computes; without `unit`, the whole. */
  parts(sizeOfPart: (fold: Fold, index: number) => number, unit?: Local): FoldedPart[] {
    return this.#kernel.folds.map((fold, i) => {
      const size = sizeOfPart(fold, i)
      const from = (pointer: Code, bytes: number) => (unit ? at(pointer, [unit, size * bytes]) : pointer)
      return {
        fold,
        size,
        results: from(this.#operands.pointerTo(fold.view), bytesPerElement),
        totals: fold.totals && from(this.#operands.pointerTo(fold.totals), bytesPerTotal),
      }
    })
  }

  clear(parts: readonly FoldedPart[]): void {
    for (const { fold, size, results, totals } of parts) {
      clearFold(this.#builder, fold.name, this.#dtypeOf(fold), results, size)
      if (totals) this.#builder.emit(clearTotals(totals, size))
    }
  }

  roundTotals(parts: readonly FoldedPart[]): void {
    for (const { size, results, totals } of parts) {
      if (totals) roundTotals(this.#builder, totals, results, size)
    }
  }

  /** Returns where the sums in memory of this nest are cut into blocks, or undefined if they are short. */
  cutOf(axes: readonly Axis[]): Cut | undefined {
    const [long] = this.#long()
    return long && cutOf(axes, this.#operands.indexOf(long.view))
  }

  #long(): Fold[] {
    return this.#kernel.folds.filter(({ totals }) => totals)
  }

  /** Moves the sums of a block into the totals; `inside` are the loops inside the block. */
  moveIntoTotals(inside: readonly Axis[]): void {
    for (const { view, totals } of this.#long()) {
      const lengths = inside.map((axis) => (this.#operands.strideOf(view, axis) === 0 ? 1 : axis.length))
      const offset = this.#operands.offsetOf(view)
      moveIntoTotals(
        this.#builder,
        at(this.#operands.pointerTo(view), [offset, 1]),
        at(this.#operands.pointerTo(totals!), [offset, bytesPerTotal / bytesPerElement]),
        sizeOf(lengths),
      )
    }
  }

  /** Begins the folds of an innermost loop over this axis. */
  along(axis: Axis): FoldsAlong {
    return new FoldsAlong(this.#kernel, this.#operands, this.#builder, this.#body, axis)
  }

  #dtypeOf({ register }: Fold) {
    return this.#kernel.body[register].dtype
  }
}

/** The folds of one innermost loop. */
class FoldsAlong {
  readonly #kernel: LoopKernel
  readonly #operands: Operands
  readonly #builder: FunctionBuilder
  readonly #body: BodyWriter
  readonly #axis: Axis
  /** Registers of the folds of this axis. */
  readonly #accumulators = new Map<Fold, Local>()
  /** Totals of the long sums among them. */
  readonly #totals = new Map<Fold, TotalLanes>()

  constructor(
    kernel: LoopKernel,
    operands: Operands,
    builder: FunctionBuilder,
    body: BodyWriter,
    axis: Axis,
  ) {
    this.#kernel = kernel
    this.#operands = operands
    this.#builder = builder
    this.#body = body
    this.#axis = axis
    for (const fold of kernel.folds) {
      if (operands.strideOf(fold.view, axis) !== 0) continue
      const accumulator = builder.local('v128')
      this.#accumulators.set(fold, accumulator)
      builder.emit(accumulator.set(neutralLanes(fold.name, this.#dtypeOf(fold))))
      if (axis.length <= laneCount * longestChain || !isFloatSum(fold, kernel)) continue
      const lanes = new TotalLanes(builder)
      lanes.clear()
      this.#totals.set(fold, lanes)
    }
  }

  /** Whether sums are so long that the loop must run in blocks. */
  get areLong(): boolean {
    return this.#totals.size > 0
  }

  endBlock(): void {
    for (const [fold, lanes] of this.#totals) {
      const accumulator = this.#accumulators.get(fold)!
      lanes.add(accumulator)
      this.#builder.emit(accumulator.set(v128.zero))
    }
  }

  /** Folds the results of one iteration: `width` elements in one or two vectors. */
  accumulate(width: number): void {
    const halves = width > laneCount ? [0, 1] : [0]
    const lanes = Math.min(width, laneCount)
    for (const fold of this.#kernel.folds) {
      for (const half of halves) this.#fold(fold, lanes, half)
    }
  }

  #fold(fold: Fold, lanes: number, half: number): void {
    const accumulator = this.#accumulators.get(fold)
    const dtype = this.#dtypeOf(fold)
    const combine = combineLanes(fold.name, dtype)
    const value = this.#body.result(fold.register, half)
    if (accumulator !== undefined) {
      const neutral = neutralLanes(fold.name, dtype)
      const active = lanes === laneCount ? value : v128.bitselect(value, neutral, laneMask(lanes))
      this.#builder.emit(accumulator.set(combine(accumulator.get, active)))
      return
    }
    const { address, offset, stride } = this.#operands.vectorAddress(fold.view, this.#axis, half)
    const sum = this.#builder.local('v128')
    this.#builder.emit(
      sum.set(combine(loadLanes(address, offset, stride, lanes), value)),
      storeLanes(address, offset, stride, lanes, sum.get),
    )
  }

  /** Folds the registers into the results in memory. */
  end(): void {
    for (const [fold, accumulator] of this.#accumulators) {
      const dtype = this.#dtypeOf(fold)
      const sum = this.#totals.get(fold)?.across() ?? foldAcross(fold.name, dtype, accumulator.get)
      const { address, offset } = this.#operands.addressOf(fold.view)
      const sofar = v128.load32_splat(address, offset)
      const total = this.#builder.local('v128')
      this.#builder.emit(
        total.set(combineLanes(fold.name, dtype)(sofar, sum)),
        v128.store_lane(address, total.get, 0, offset),
      )
    }
  }

  #dtypeOf({ register }: Fold) {
    return this.#kernel.body[register].dtype
  }
}
