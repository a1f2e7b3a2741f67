/** How a launch binds an array of floats: the variable, and where in it the array starts. */
export interface Binding {
  readonly name: string
  /** An expression; undefined for an array that starts at 0. */
  readonly start?: string
  /** Whether the variable is an array of vectors of four floats. */
  readonly isVectors: boolean
}

/** An array of floats in WGSL. Offsets are expressions of integers. */
export class ShaderArray {
  readonly #binding: Binding

  constructor(binding: Binding) {
    this.#binding = binding
  }

  element(offset: string): string {
    const { name, isVectors } = this.#binding
    const at = this.#at(offset)
    return isVectors ? `${name}[(${at})>>2u][(${at})&3]` : `${name}[${at}]`
  }

  /** The four elements from an offset that is a multiple of four. */
  vector(offset: string): string {
    const { name, isVectors } = this.#binding
    if (isVectors) return `${name}[(${this.#at(offset)})>>2u]`
    return `vec4f(${[0, 1, 2, 3].map((i) => this.element(`${offset}+${i}`)).join()})`
  }

  /** A statement that stores an element. The array must not be one of vectors. */
  storeElement(offset: string, value: string): string {
    return `${this.element(offset)} = ${value};`
  }

  /** Statements that store four elements from an offset that is a multiple of four. `vector` is a name. */
  storeVector(offset: string, vector: string): string[] {
    if (this.#binding.isVectors) return [`${this.vector(offset)} = ${vector};`]
    return [0, 1, 2, 3].map((i) => this.storeElement(`${offset}+${i}`, `${vector}[${i}]`))
  }

  #at(offset: string): string {
    const { start } = this.#binding
    return start === undefined ? offset : `${start}+${offset}`
  }
}
