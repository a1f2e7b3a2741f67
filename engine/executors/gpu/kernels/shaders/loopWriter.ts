import type { Instruction, LoopKernel } from '../../../../plan/kernels.ts'
import type { FunctionName } from '../functions.ts'
import { longestChain } from '../sums.ts'
import type { ShaderArray } from './arrays.ts'
import { isVector, type LoopOperand, type VectorNest } from './loopOperands.ts'
import { givenNumber, Scalars } from './scalars.ts'
import { offsetOf, Statements, sumOf } from './statements.ts'
import { groupSize, type Teams } from './team.ts'

export interface LoopCode {
  readonly statements: readonly string[]
  /** The functions that they call. */
  readonly functions: Iterable<FunctionName>
}

/** The names of the registers that have been computed. */
type Known = ReadonlyMap<number, string>

/** The condition that the team of a thread exists: in the last workgroup there may be too many threads. */
const isTeam = 'number < count'

/** Writes the statements of a thread of a loop. */
export class LoopWriter extends Statements {
  readonly #kernel: LoopKernel
  readonly #nest: VectorNest
  readonly #teams: Teams
  readonly #arrayOf: (value: number) => ShaderArray
  readonly #scalars: Scalars
  /** For each register, how many of the folded axes must have an index before it can be computed. */
  readonly #depths: readonly number[]
  /** The index along each axis of the nest. */
  readonly #indices: string[]

  constructor(kernel: LoopKernel, nest: VectorNest, teams: Teams, arrayOf: (value: number) => ShaderArray) {
    super()
    this.#kernel = kernel
    this.#nest = nest
    this.#teams = teams
    this.#arrayOf = arrayOf
    this.#scalars = new Scalars(nest.width)
    this.#indices = nest.lengths.map(() => '0')
    this.#depths = depthsOf(kernel, nest, teams)
  }

  code(): LoopCode {
    const { kept, members, areMembersAdjacent } = this.#teams
    const { folds } = this.#kernel
    const perGroup = groupSize / members
    if (members === 1) {
      this.write(`let number = group*${groupSize}+local;`, 'if (number >= count) { return; }')
    } else if (areMembersAdjacent) {
      this.write(`let number = group*${perGroup}+local/${members};`, `let member = local % ${members};`)
    } else {
      this.write(`let number = group*${perGroup}+local%${perGroup};`, `let member = local / ${perGroup};`)
    }
    // Threads without a team compute what the last one does.
    const team = members > 1 ? this.constant('min(number, count - 1)', 't') : 'number'
    if (folds.length > 0) this.write(`let nothing = i32(${givenNumber('zero')});`)
    const coordinates = this.coordinatesOf(
      team,
      kept.map((axis) => this.#nest.lengths[axis]),
    )
    kept.forEach((axis, i) => {
      this.#indices[axis] = coordinates[i]
    })
    const totals = this.#after(0, new Map())
    totals.forEach((total, fold) => {
      if (members === 1) this.#finish(fold, total)
      else this.#finishTeam(fold, total)
    })
    return { statements: this.lines, functions: this.#scalars.functions }
  }

  /** Bounds are numbers that compilers do not know: they would unroll the loops of every fold, which takes some of them minutes. */
  protected override bound(length: number): string {
    return `${length}+nothing`
  }

  /** Writes all that is left to do when `depth` folded axes have indices, and returns the names of what is folded. */
  #after(depth: number, before: Known): readonly string[] {
    const { stores, folds } = this.#kernel
    const { folded, members } = this.#teams
    const known = this.#compute(depth, before)
    if (depth === folded.length) {
      this.when(members === 1 || stores.length === 0 ? [] : [isTeam], () => {
        stores.forEach(({ register, view }, i) => {
          this.#store(view.value, this.#nest.stored[i], known.get(register)!)
        })
      })
      return folds.map(({ register }) => known.get(register)!)
    }
    const axis = folded[depth]
    const partsAt = (index: string) => {
      this.#indices[axis] = index
      return this.#after(depth + 1, known)
    }
    const length = this.#nest.lengths[axis]
    if (depth > 0 || members === 1) return this.#folded(length, '0', partsAt)
    const ofMember = (index: string) => partsAt(this.constant(`(${index})*${members}+member`, 'i'))
    const whole = Math.floor(length / members)
    const totals = this.#folded(whole, '0', ofMember)
    if (length % members > 0) {
      this.when([`member < ${length % members}`], () => this.#add(totals, ofMember(String(whole))))
    }
    return totals
  }

  /** Computes the registers that can be computed, and are not known. */
  #compute(depth: number, before: Known): Known {
    const known = new Map(before)
    this.#kernel.body.forEach((instruction, register) => {
      if (known.has(register) || this.#depths[register] > depth) return
      known.set(register, this.constant(this.#expressionOf(instruction, register, known), 'r'))
    })
    return known
  }

  #expressionOf(instruction: Instruction, register: number, known: Known): string {
    const { body } = this.#kernel
    const operand = this.#nest.read.get(register)
    switch (instruction.name) {
      case 'load':
        return this.#load(instruction.view.value, operand!)
      case 'iota':
        return this.#coordinate(operand!)
      case 'literal':
        return this.#scalars.number(
          instruction.dtype === 'bool' ? Number(instruction.value !== 0) : instruction.value,
        )
      case 'result':
        throw new Error('gpu: a loop has no result of a call')
      default: {
        const operands = instruction.inputs.map((input) => ({
          name: known.get(input)!,
          dtype: body[input].dtype,
        }))
        return this.#scalars.apply(instruction.name, operands, instruction.dtype)
      }
    }
  }

  #load(value: number, operand: LoopOperand): string {
    const array = this.#arrayOf(value)
    const { step } = operand
    const offset = this.#offsetOf(operand)
    if (this.#nest.width === 1) return array.element(offset)
    if (step === 0) return this.#scalars.all(array.element(offset))
    const first = this.constant(offset, 'o')
    if (isVector(operand)) return array.vector(first)
    return `vec4f(${[0, 1, 2, 3].map((i) => array.element(sumOf(first, i * step))).join()})`
  }

  #coordinate(operand: LoopOperand): string {
    const { step } = operand
    const first = this.#scalars.all(`f32(${this.#offsetOf(operand)})`)
    return step === 0 || this.#nest.width === 1
      ? first
      : `${first} + vec4f(0, ${step}, ${2 * step}, ${3 * step})`
  }

  #store(value: number, operand: LoopOperand, name: string): void {
    const array = this.#arrayOf(value)
    const offset = this.constant(this.#offsetOf(operand), 'o')
    if (this.#nest.width === 1) this.write(array.storeElement(offset, name))
    else if (isVector(operand)) this.write(...array.storeVector(offset, name))
    else {
      for (const i of [0, 1, 2, 3]) {
        this.write(array.storeElement(sumOf(offset, i * operand.step), `${name}[${i}]`))
      }
    }
  }

  #offsetOf({ offset, strides }: LoopOperand): string {
    return offsetOf(offset, strides, this.#indices)
  }

  /**
   * Folds the parts of `length` indices. Long loops run in nested blocks, each with its own totals: float32 rounds every
   * addition, and long chains drift.
   */
  #folded(length: number, start: string, partsAt: (index: string) => readonly string[]): readonly string[] {
    const totals = this.#kernel.folds.map(({ name }) => {
      const total = this.name('s')
      this.write(`var ${total} = ${this.#scalars.neutral(name)};`)
      return total
    })
    const block = blockOf(length)
    const partsOf = (first: string, size: number) =>
      size === 1 ? partsAt(first) : this.#folded(size, first, partsAt)
    this.pieces(length, block, (first, size) => {
      this.#add(totals, partsOf(sumOf(start, first), size))
    })
    return totals
  }

  #add(totals: readonly string[], parts: readonly string[]): void {
    this.#kernel.folds.forEach(({ name }, i) => {
      this.write(`${totals[i]} = ${this.#scalars.combine(name, totals[i], parts[i])};`)
    })
  }

  /** Stores the result of a fold. */
  #finish(fold: number, total: string): void {
    const { name, view } = this.#kernel.folds[fold]
    const operand = this.#nest.folded[fold]
    if (this.#nest.width === 1 || operand.step !== 0) {
      this.#store(view.value, operand, total)
      return
    }
    // The neighbours are parts, too.
    const single = new Scalars(1)
    const joined = (a: string, b: string) => this.constant(single.combine(name, a, b))
    const whole = joined(joined(`${total}[0]`, `${total}[1]`), joined(`${total}[2]`, `${total}[3]`))
    this.write(this.#arrayOf(view.value).storeElement(this.#offsetOf(operand), whole))
  }

  /** Folds the parts of the members of each team, and stores the result. */
  #finishTeam(fold: number, part: string): void {
    const { members, areMembersAdjacent } = this.#teams
    const { name } = this.#kernel.folds[fold]
    const isVectors = this.#nest.width === 4
    const distance = areMembersAdjacent ? 1 : groupSize / members
    const ofMember = (member: string) => `team[local+${member}*${distance}]${isVectors ? '' : '.x'}`
    if (fold > 0) this.write('workgroupBarrier();')
    this.write(`team[local] = ${isVectors ? part : `vec4f(${part})`};`, 'workgroupBarrier();')
    this.when(['member == 0', isTeam], () => {
      const total = this.name('s')
      this.write(`var ${total} = ${ofMember('0')};`)
      this.loop(members - 1, (counter) => {
        const next = this.constant(ofMember(`(${counter}+1)`))
        this.write(`${total} = ${this.#scalars.combine(name, total, next)};`)
      })
      this.#finish(fold, total)
    })
  }
}

/** Returns the size of the blocks of a loop: few enough for one chain, or a block of blocks if there were too many blocks. */
function blockOf(length: number): number {
  let block = 1
  while (length > block * longestChain) block *= longestChain
  return block
}

function depthsOf({ body }: LoopKernel, { read }: VectorNest, { folded }: Teams): number[] {
  const depths: number[] = []
  body.forEach((instruction, register) => {
    const operand = read.get(register)
    if (operand !== undefined) {
      depths.push(1 + folded.findLastIndex((axis) => operand.strides[axis] !== 0))
    } else {
      depths.push('inputs' in instruction ? Math.max(0, ...instruction.inputs.map((i) => depths[i])) : 0)
    }
  })
  return depths
}
