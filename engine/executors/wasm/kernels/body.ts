import type { Instruction, Store } from '../../../plan/kernels.ts'
import type { View } from '../../../plan/view.ts'
import type { Code } from '../assembler/encoding.ts'
import type { FunctionBuilder, Local } from '../assembler/module.ts'
import { laneCount, loadLanes, storeLanes } from './lanes.ts'
import { emitElementwise, emitLiteral } from './scalars.ts'

/** The address of a vector of an operand, and the distance between its elements in bytes. */
export interface VectorAddress {
  readonly address: Code
  readonly offset: number
  readonly stride: number
}

/** An operand that the context provides: the index of the loop, or the result of a call. */
export type Given = Extract<Instruction, { name: 'iota' | 'result' }>

/** What a body needs from its loop or call: addresses and values for the first vector (half 0) and the second (half 1). */
export interface BodyContext {
  addressOf(view: View, half: number): VectorAddress
  given(instruction: Given, half: number): Code
}

/** Emits the body of a fused loop for up to eight elements: in one vector, or in two side by side. */
export class BodyWriter {
  readonly #builder: FunctionBuilder
  readonly #body: readonly Instruction[]
  /** The registers of each instruction, one for each of the two vectors. */
  readonly #registers: readonly (readonly Local[])[]

  constructor(builder: FunctionBuilder, body: readonly Instruction[]) {
    this.#builder = builder
    this.#body = body
    this.#registers = body.map(() => [builder.local('v128'), builder.local('v128')])
  }

  /** Returns the result of an instruction. */
  result(register: number, half: number): Code {
    return this.#registers[register][half].get
  }

  /**
   * Emits the body and the stores for `width` elements. Each instruction and each store is emitted for both vectors before
   * the next, so that V8's revectorizer finds the pairs.
   */
  write(stores: readonly Store[], width: number, context: BodyContext): void {
    const halves = width > laneCount ? [0, 1] : [0]
    const lanes = (half: number) => Math.min(laneCount, width - half * laneCount)
    this.#body.forEach((instruction, i) => {
      for (const half of halves) {
        const isKnown = half === 1 && isUniform(instruction, context)
        const value = isKnown ? this.result(i, 0) : this.#evaluate(instruction, lanes(half), half, context)
        this.#builder.emit(this.#registers[i][half].set(value))
      }
    })
    for (const { register, view } of stores) {
      for (const half of halves) {
        const { address, offset, stride } = context.addressOf(view, half)
        this.#builder.emit(storeLanes(address, offset, stride, lanes(half), this.result(register, half)))
      }
    }
  }

  #evaluate(instruction: Instruction, lanes: number, half: number, context: BodyContext): Code {
    switch (instruction.name) {
      case 'load': {
        const { address, offset, stride } = context.addressOf(instruction.view, half)
        return loadLanes(address, offset, stride, lanes)
      }
      case 'literal':
        return emitLiteral(instruction.value, instruction.dtype)
      case 'iota':
      case 'result':
        return context.given(instruction, half)
      default: {
        const operands = instruction.inputs.map((input) => ({
          register: this.#registers[input][half],
          dtype: this.#body[input].dtype,
        }))
        return emitElementwise(this.#builder, instruction.name, operands, instruction.dtype)
      }
    }
  }
}

/** Returns whether all lanes of both vectors are equal. */
function isUniform(instruction: Instruction, context: BodyContext): boolean {
  if (instruction.name === 'literal') return true
  return instruction.name === 'load' && context.addressOf(instruction.view, 0).stride === 0
}
