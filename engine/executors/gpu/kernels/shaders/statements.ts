/** Adds integer expressions. */
export function sumOf(...terms: readonly (string | number)[]): string {
  const present = terms.filter((term) => term !== '0' && term !== 0)
  return present.length === 0 ? '0' : present.join('+')
}

/** offset + Σ coordinate · stride */
export function offsetOf(offset: number, strides: readonly number[], coordinates: readonly string[]): string {
  const terms = coordinates.flatMap((coordinate, axis) => {
    const stride = strides[axis]
    if (stride === 0 || coordinate === '0') return []
    return stride === 1 ? [coordinate] : [`(${coordinate})*${stride < 0 ? `(${stride})` : stride}`]
  })
  return sumOf(offset, ...terms)
}

/** Writes statements of WGSL, which has integers: coordinates and offsets are expressions of them. */
export class Statements {
  readonly lines: string[] = []
  #locals = 0

  /** Adds statements. */
  write(...lines: readonly string[]): void {
    this.lines.push(...lines)
  }

  /** Returns a new name. */
  name(prefix: string): string {
    return `${prefix}${this.#locals++}`
  }

  /** Declares a constant and returns its name. */
  constant(expression: string, prefix = 'v'): string {
    const name = this.name(prefix)
    this.write(`let ${name} = ${expression};`)
    return name
  }

  /** Returns the coordinates of element number `position` of a shape. */
  coordinatesOf(position: string, lengths: readonly number[]): string[] {
    let rest = position
    return lengths
      .toReversed()
      .map((length, i) => {
        if (i === lengths.length - 1) return rest
        if (length === 1) return '0'
        const coordinate = this.constant(`${rest} % ${length}`, 'c')
        rest = this.constant(`${rest} / ${length}`, 'q')
        return coordinate
      })
      .reverse()
  }

  /** Writes a loop over 0 … length − 1. A length of 1 needs no loop. */
  loop(length: number, body: (counter: string) => void): void {
    if (length === 0) return
    if (length === 1) {
      body('0')
      return
    }
    const counter = this.name('i')
    this.write(`for (var ${counter} = 0; ${counter} < ${this.bound(length)}; ${counter}++) {`)
    body(counter)
    this.write('}')
  }

  /** The bound of a loop. */
  protected bound(length: number): string {
    return String(length)
  }

  /** Divides 0 … length − 1 into pieces of this size, and a smaller one at the end: the body takes first and size. */
  pieces(length: number, size: number, body: (first: string, size: number) => void): void {
    const whole = Math.floor(length / size)
    this.loop(whole, (counter) =>
      body(counter === '0' || size === 1 ? counter : this.constant(`${counter}*${size}`, 'f'), size),
    )
    if (length > whole * size) body(String(whole * size), length - whole * size)
  }

  /** Writes the body under all these conditions; without conditions, unconditionally. */
  when(conditions: readonly string[], body: () => void): void {
    if (conditions.length > 0) this.write(`if (${conditions.join(' && ')}) {`)
    body()
    if (conditions.length > 0) this.write('}')
  }
}
