import type { Instruction, Store } from '../../../plan/kernels.ts'
import type { View } from '../../../plan/view.ts'
import type { Code } from '../assembler/encoding.ts'
import type { FunctionBuilder, Local } from '../assembler/module.ts'
import { laneCount, loadLanes, storeLanes } from './lanes.ts'
import { emitElementwise, emitLiteral } from './scalars.ts'

/** Where a vector of an operand starts, and how many bytes lie from one element to the next. */
export interface VectorAddress {
  readonly address: Code
  readonly offset: number
  readonly stride: number
}

/** A number that is neither computed here nor in memory: where the loop stands, or what a kernel has just summed. */
export type Given = Extract<Instruction, { name: 'iota' | 'result' }>

/** What surrounds a body: where operands lie for the first vector (half 0) and for the second (half 1). */
export interface BodyContext {
  addressOf(view: View, half: number): VectorAddress
  given(instruction: Given, half: number): Code
}

/** The instructions of a fused loop over up to eight elements: in one vector, or in two side by side. */
export class BodyWriter {
  readonly #builder: FunctionBuilder
  readonly #body: readonly Instruction[]
  /** Registers of the instructions, for each of the two vectors. */
  readonly #registers: readonly (readonly Local[])[]

  constructor(builder: FunctionBuilder, body: readonly Instruction[]) {
    this.#builder = builder
    this.#body = body
    this.#registers = body.map(() => [builder.local('v128'), builder.local('v128')])
  }

  /** What an instruction has computed. */
  result(register: number, half: number): Code {
    return this.#registers[register][half].get
  }

  /**
   * Runs the body and the stores on `width` elements. Each instruction is written for both vectors before the next one,
   * and so are the stores: that is how V8 finds its pairs.
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

/** Whether all lanes of both vectors hold the same. */
function isUniform(instruction: Instruction, context: BodyContext): boolean {
  if (instruction.name === 'literal') return true
  return instruction.name === 'load' && context.addressOf(instruction.view, 0).stride === 0
}
