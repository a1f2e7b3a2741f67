import type { Fold, LoopKernel } from '../../../plan/kernels.ts'
import type { Axis } from '../../../plan/nest.ts'
import { sizeOf } from '../../../shape.ts'
import type { FunctionBuilder } from '../assembler/module.ts'
import { BodyWriter } from './body.ts'
import { beginKernel, forUnits, type KernelCode } from './kernelCode.ts'
import { bytesPerElement, laneCount } from './lanes.ts'
import { LoopFolds } from './loopFolds.ts'
import { indexOf, nestOf, Operands } from './operands.ts'
import { inPieces } from './tile.ts'
import { longestChain } from './totals.ts'
import { withUnitLoop } from './unitLoop.ts'

/**
 * A fused loop. For maps of shape [N, C, H, W] stored channels last, axes merge and the nest is
 *
 *     for each pixel n, h, w         (the units)
 *       for each eight channels      ← two adjacent vectors, which V8 may merge; a shorter remainder at the end
 *         body in registers, stores, folds (`loopFolds.ts`)
 */
export function loopCode(kernel: LoopKernel, foldedSizes: readonly number[]): KernelCode {
  const nest = nestOf(kernel)
  const folded = kernel.folds.map(({ view }) => indexOf(nest.operands, view.strides))
  const shared = withUnitLoop(nest.axes, kernel.shape, folded)

  const loads = kernel.body.flatMap((instruction) => (instruction.name === 'load' ? [instruction.view] : []))
  const outputs = [...kernel.stores, ...kernel.folds].map(({ view }) => view)
  const totals = kernel.folds.flatMap((fold) => fold.totals ?? [])
  const code = beginKernel([...loads, ...outputs, ...totals], shared?.[0].length)
  const operands = new Operands(kernel, nest, code.builder, (view) => code.pointerTo(view).get)
  const writer = new LoopWriter(kernel, operands, code.builder)
  if (shared !== undefined) writer.writeShared(shared)
  else writer.writeWhole(nest.axes, foldedSizes)
  return code
}

class LoopWriter {
  readonly #kernel: LoopKernel
  readonly #operands: Operands
  readonly #builder: FunctionBuilder
  readonly #body: BodyWriter
  readonly #folds: LoopFolds

  constructor(kernel: LoopKernel, operands: Operands, builder: FunctionBuilder) {
    this.#kernel = kernel
    this.#operands = operands
    this.#builder = builder
    this.#body = new BodyWriter(builder, kernel.body)
    this.#folds = new LoopFolds(kernel, operands, builder, this.#body)
  }

  /** Emits the nest as one unit. */
  writeWhole(axes: readonly Axis[], foldedSizes: readonly number[]): void {
    const parts = this.#folds.parts((_, i) => foldedSizes[i])
    this.#folds.clear(parts)
    if (sizeOf(this.#kernel.shape) === 0) return
    this.#operands.start()
    this.#loops(axes)
    this.#folds.roundTotals(parts)
  }

  /** Emits the nest with the iterations of its outermost loop as units. Each unit computes its own part of every fold. */
  writeShared([outermost, ...inner]: readonly Axis[]): void {
    forUnits(this.#builder, (unit) => {
      this.#operands.start(outermost, unit)
      const sizeOfPart = ({ view }: Fold) => this.#operands.strideOf(view, outermost) / bytesPerElement
      const parts = this.#folds.parts(sizeOfPart, unit)
      this.#folds.clear(parts)
      this.#loops(inner)
      this.#folds.roundTotals(parts)
    })
  }

  #loops(axes: readonly Axis[]): void {
    const cut = this.#folds.cutOf(axes)
    const loopAt = (depth: number) => {
      if (depth >= axes.length - 1) {
        this.#innermost(axes.at(-1))
        return
      }
      const axis = axes[depth]
      const iterations = (count: number) =>
        this.#builder.loop(count, 1, () => {
          loopAt(depth + 1)
          this.#operands.advance(axis, 1)
        })
      if (cut?.depth !== depth) iterations(axis.length)
      else {
        inPieces(this.#builder, axis.length, cut.iterations, 1, (_, piece) => {
          iterations(piece)
          this.#folds.moveIntoTotals(axes.slice(depth + 1))
        })
      }
      this.#operands.advance(axis, -axis.length)
    }
    loopAt(0)
  }

  #innermost(axis = this.#operands.singleIteration): void {
    const folds = this.#folds.along(axis)
    let done = 0
    for (const lanes of [2 * laneCount, laneCount, 1]) {
      const iterations =
        lanes === 1 ? Math.min(1, axis.length - done) : Math.floor((axis.length - done) / lanes)
      const width = lanes === 1 ? axis.length - done : lanes
      const iteration = () => {
        this.#body.write(this.#kernel.stores, width, {
          addressOf: (view, half) => this.#operands.vectorAddress(view, axis, half),
          given: (instruction, half) => this.#operands.countFrom(instruction, axis, half),
        })
        folds.accumulate(width)
        this.#operands.advance(axis, width)
      }
      if (iterations === 1) iteration()
      else if (!folds.areLong) this.#builder.loop(iterations, 1, iteration)
      else {
        inPieces(this.#builder, iterations, longestChain / 2, 1, (_, piece) => {
          this.#builder.loop(piece, 1, iteration)
          folds.endBlock()
        })
      }
      done += iterations * width
    }
    folds.endBlock()
    this.#operands.advance(axis, -axis.length)
    folds.end()
  }
}
