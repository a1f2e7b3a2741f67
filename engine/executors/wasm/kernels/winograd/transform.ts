import type { Code } from '../../assembler/encoding.ts'
import { f32, f32x4, v128 } from '../../assembler/instructions.ts'
import type { FunctionBuilder, Local } from '../../assembler/module.ts'
import { bytesPerElement, laneCount } from '../lanes.ts'
import { multiplyAdd } from '../tile.ts'
import type { Matrix, MinimalFiltering } from './winograd.ts'

/** Numbers transformed at once: two adjacent vectors, which V8 may merge into one of 256 bits. */
export const transformLanes = 2 * laneCount

/** Bytes of scratch for the intermediate results of a transform. */
export function transformScratchBytes({ planes }: MinimalFiltering): number {
  return planes * transformLanes * bytesPerElement
}

type Load = (row: number, column: number, half: number) => Code

/** Emits the use of one element of the results: a vector for each half. */
type Write = (row: number, column: number, result: (half: number) => Code) => void

/** Emits the stores of two vectors side by side. */
export function storeBoth(
  builder: FunctionBuilder,
  pointer: Local,
  offset: number,
  result: (half: number) => Code,
): void {
  const store = (half: number) =>
    v128.store(pointer.get, result(half), offset + half * laneCount * bytesPerElement)
  builder.emit(store(0), store(1))
}

/** Emits M X Mᵀ for eight matrices X at once: M times each column, then each row times Mᵀ. */
export class Transform {
  readonly #builder: FunctionBuilder
  readonly #matrix: Matrix
  readonly #multiplyAdd: (a: Code, b: Code, c: Code) => Code
  readonly #inputs: readonly (readonly Local[])[]
  readonly #outputs: readonly (readonly Local[])[]
  readonly #constants = new Map<number, Local>()

  constructor(builder: FunctionBuilder, matrix: Matrix, relaxedSimd: boolean) {
    this.#builder = builder
    this.#matrix = matrix
    this.#multiplyAdd = multiplyAdd(relaxedSimd)
    const pairs = (count: number) =>
      Array.from({ length: count }, () => [0, 1].map(() => builder.local('v128')))
    this.#inputs = pairs(matrix[0].length)
    this.#outputs = pairs(matrix.length)
    for (const factor of new Set(matrix.flat().filter((factor) => Math.abs(factor) !== 1 && factor !== 0))) {
      const constant = builder.local('v128')
      builder.emit(constant.set(f32x4.splat(f32.const(factor))))
      this.#constants.set(factor, constant)
    }
  }

  emit(load: Load, write: Write, scratch: Local): void {
    const [rows, columns] = [this.#matrix.length, this.#matrix[0].length]
    const place = (row: number, column: number) => (row * columns + column) * transformLanes * bytesPerElement
    const halfBytes = laneCount * bytesPerElement
    for (let column = 0; column < columns; column++) {
      this.#apply(
        (i, half) => load(i, column, half),
        (i, result) => storeBoth(this.#builder, scratch, place(i, column), result),
      )
    }
    for (let row = 0; row < rows; row++) {
      this.#apply(
        (i, half) => v128.load(scratch.get, place(row, i) + half * halfBytes),
        (i, result) => write(row, i, result),
      )
    }
  }

  /** Emits the product with one vector. Both halves are adjacent, so that V8's revectorizer finds the pairs. */
  #apply(
    load: (i: number, half: number) => Code,
    write: (i: number, result: (half: number) => Code) => void,
  ): void {
    const emitBoth = (code: (half: number) => Code) => this.#builder.emit(code(0), code(1))
    this.#inputs.forEach((input, i) => {
      emitBoth((half) => input[half].set(load(i, half)))
    })
    this.#outputs.forEach((output, i) => {
      emitBoth((half) => output[half].set(this.#sum(this.#matrix[i], half)))
    })
    this.#outputs.forEach((output, i) => {
      write(i, (half) => output[half].get)
    })
  }

  /** Σ factor · input, starting with a factor of 1 if there is one, which saves a multiplication. */
  #sum(factors: readonly number[], half: number): Code {
    const terms = factors.flatMap((factor, i) =>
      factor === 0 ? [] : [{ factor, input: this.#inputs[i][half].get }],
    )
    terms.sort((a, b) => Number(b.factor === 1) - Number(a.factor === 1))
    const [first, ...others] = terms
    const start = first.factor === 1 ? first.input : f32x4.mul(this.#constant(first.factor), first.input)
    return others.reduce((sum, { factor, input }) => {
      if (factor === 1) return f32x4.add(sum, input)
      return factor === -1 ? f32x4.sub(sum, input) : this.#multiplyAdd(this.#constant(factor), input, sum)
    }, start)
  }

  #constant(factor: number): Code {
    return this.#constants.get(factor)?.get ?? f32x4.splat(f32.const(factor))
  }
}
