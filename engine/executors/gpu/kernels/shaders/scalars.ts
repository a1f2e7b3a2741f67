import type { DType } from '../../../../dtype.ts'
import type { FoldName, ScalarName } from '../../../../primitiveNames.ts'
import {
  type Expressible,
  type FunctionName,
  type GivenNumber,
  isWrittenOut,
  numbersGivenTo,
} from '../functions.ts'

/** An operand: the name that holds it, and its type. All types are floats: a bool is 0 or 1. */
interface Scalar {
  readonly name: string
  readonly dtype: DType
}

/** The parameter of a launch that is this number. */
export function givenNumber(name: GivenNumber): string {
  return `params.user_${name}`
}

/** Expressions of floats, or of vectors of four floats at once. */
export class Scalars {
  /** The functions of `../functions.ts` that the expressions call. */
  readonly functions = new Set<FunctionName>()
  /** The floats at once. */
  readonly width: 1 | 4
  readonly type: string

  constructor(width: 1 | 4) {
    this.width = width
    this.type = width === 4 ? 'vec4f' : 'f32'
  }

  /** The same number for all. */
  all(number: string): string {
    return `${this.type}(${number})`
  }

  /**
   * A number. Infinities, NaN and −0 are parameters, since WGSL has no literals for them. So is 0, because drivers fold
   * literals as if there were no infinity and no NaN.
   */
  number(value: number): string {
    const single = Math.fround(value)
    if (Number.isNaN(single)) return this.#given('notANumber')
    if (!Number.isFinite(single)) return `${single < 0 ? '-' : ''}${this.#given('infinity')}`
    if (single === 0) return this.#given(Object.is(single, -0) ? 'negativeZero' : 'zero')
    return this.all(String(single))
  }

  /** What a fold of nothing is. */
  neutral(name: FoldName): string {
    return this.number(this.#folds[name].neutral)
  }

  /** Combines two parts of a fold. */
  combine(name: FoldName, a: string, b: string): string {
    return this.#folds[name].combine(a, b)
  }

  /** The result of an elementwise operation. */
  apply(name: ScalarName, operands: readonly Scalar[], dtype: DType): string {
    const names = operands.map((operand) => operand.name)
    if (name === 'cast') return this.#cast(operands[0], dtype)
    if (name === 'where') return `select(${names[2]}, ${names[1]}, ${names[0]} > ${this.all('0.5')})`
    return isWrittenOut(name) ? this.#call(`${name}Of`, names) : this.#expressions[name](names, dtype)
  }

  /** A missing fold is a compile error. */
  readonly #folds: Record<FoldName, { neutral: number; combine(a: string, b: string): string }> = {
    sum: { neutral: 0, combine: (a, b) => `${a} + ${b}` },
    amax: { neutral: Number.NEGATIVE_INFINITY, combine: (a, b) => this.#larger(a, b) },
  }

  /** The scalar functions that `../functions.ts` does not write out; a missing one is a compile error. */
  readonly #expressions: Record<Expressible, (operands: readonly string[], dtype: DType) => string> = {
    // An int32 has no −0.
    negate: ([x], dtype) => (dtype === 'int32' ? `${this.number(0)} - ${x}` : `-${x}`),
    abs: ([x]) => `abs(${x})`,
    floor: ([x]) => `floor(${x})`,
    ceil: ([x]) => `ceil(${x})`,
    sqrt: ([x]) => `sqrt(${x})`,
    sin: ([x]) => this.#call('sineOf', [x], '0'),
    cos: ([x]) => this.#call('sineOf', [x], '1'),
    logicalNot: ([x]) => `1 - ${x}`,
    add: ([a, b]) => `${a} + ${b}`,
    subtract: ([a, b]) => `${a} - ${b}`,
    multiply: ([a, b]) => `${a} * ${b}`,
    divide: ([a, b]) => `${a} / ${b}`,
    maximum: ([a, b]) => this.#larger(a, b),
    minimum: ([a, b]) => this.#chosen(a, b, '<'),
    less: ([a, b]) => this.#truth(`${a} < ${b}`),
    lessEqual: ([a, b]) => this.#truth(`${a} <= ${b}`),
    equal: ([a, b]) => this.#truth(`${a} == ${b}`),
    logicalAnd: ([a, b]) => `${a} * ${b}`,
    logicalOr: ([a, b]) => `max(${a}, ${b})`,
  }

  /** The larger of two numbers; NaN wins. */
  #larger(a: string, b: string): string {
    return this.#chosen(a, b, '>')
  }

  /** a where it compares so with b, or is NaN: no other test detects NaN on every driver. */
  #chosen(a: string, b: string, comparison: string): string {
    return `select(${b}, ${a}, (${a} ${comparison} ${b}) | !(${a} == ${a}))`
  }

  #truth(condition: string): string {
    return `select(${this.all('0')}, ${this.all('1')}, ${condition})`
  }

  #cast({ name, dtype }: Scalar, to: DType): string {
    if (to === 'bool' && dtype !== 'bool')
      return `select(${this.all('1')}, ${this.all('0')}, ${name} == ${this.all('0')})`
    return to === 'int32' && dtype === 'float32' ? this.#call('integerOf', [name]) : name
  }

  /** A call of a function of `../functions.ts`, as GPU.js translates it, for each float. */
  #call(name: FunctionName, operands: readonly string[], ...constants: readonly string[]): string {
    this.functions.add(name)
    const others = [...constants, ...numbersGivenTo(name).map(givenNumber)]
    const ofLane = (lane: string) => `fn_${name}(${[...operands.map((x) => x + lane), ...others].join()})`
    return this.width === 1 ? ofLane('') : `vec4f(${[0, 1, 2, 3].map((i) => ofLane(`[${i}]`)).join()})`
  }

  #given(name: GivenNumber): string {
    return this.all(givenNumber(name))
  }
}
