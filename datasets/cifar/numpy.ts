import {
  type Construct,
  kindOf,
  type Limits,
  type Meaning,
  Named,
  type Stateful,
} from '../../base/files/pickle/values.ts'
import type { Refuse } from '../../base/files/refusal.ts'

/** An array of NumPy whose elements are bytes, row-major. */
export class ByteArray implements Stateful {
  shape: readonly number[] = []
  bytes: Uint8Array = new Uint8Array(0)

  /** Version, shape, type of the elements, whether they lie column by column, and the elements. */
  setState(state: unknown, { budget, ...limits }: Limits): void {
    const refuse: Refuse = limits.refuse
    const [, shape, type, columnMajor, elements] = Array.isArray(state) ? state : []
    if (!isShape(shape)) refuse('an array has no valid shape')
    if (!(type instanceof ElementType)) refuse(`an array has no type of elements, but ${kindOf(type)}`)
    if (type.code !== 'u1') refuse(`an array has elements of type '${type.code}'; images have 'u1', bytes`)
    if (columnMajor !== false) refuse('an array lies column by column; images lie row by row')
    // A pickle can set the same text again and again.
    if (typeof elements === 'string') budget.take(3 * elements.length, 'an array')
    const bytes = typeof elements === 'string' ? new TextEncoder().encode(elements) : elements
    const size = shape.reduce((product, length) => product * length, 1)
    if (!(bytes instanceof Uint8Array) || bytes.length !== size) {
      const actual = bytes instanceof Uint8Array ? `${bytes.length} bytes` : kindOf(bytes)
      refuse(`an array of shape [${shape}] has ${actual} instead of ${size} bytes`)
    }
    Object.assign(this, { shape, bytes })
  }
}

/** A type of elements; the byte order that its state tells does not matter to bytes. */
class ElementType implements Stateful {
  readonly code: string

  constructor(code: string) {
    this.code = code
  }

  setState(): void {}
}

/** Of an array; NumPy has no more. */
const mostAxes = 64

function isShape(value: unknown): value is number[] {
  return (
    Array.isArray(value) &&
    value.length <= mostAxes &&
    value.every((length) => Number.isSafeInteger(length) && length >= 0)
  )
}

const emptyArray: Construct = () => new ByteArray()

const elementType: Construct = ([code], { refuse }) =>
  new ElementType(typeof code === 'string' ? code : refuse(`a type of elements is named by ${kindOf(code)}`))

/** Python 3 writes bytes as a text of as many letters. */
const bytesOfText: Construct = ([text], { budget, refuse }) => {
  if (typeof text !== 'string') return refuse(`it makes bytes of ${kindOf(text)}`)
  budget.take(text.length, 'bytes')
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0))
}

/** Every name that dictionaries of labels and arrays may mention; NumPy 2 calls one of them otherwise. */
const names: ReadonlyMap<string, Named> = new Map(
  [
    new Named('numpy.core.multiarray._reconstruct', emptyArray),
    new Named('numpy._core.multiarray._reconstruct', emptyArray),
    new Named('numpy.ndarray'),
    new Named('numpy.dtype', elementType),
    new Named('_codecs.encode', bytesOfText),
  ].map((named) => [named.name, named]),
)

/** What the names in a pickle of arrays mean. */
export function meaningOfArrays(refuse: Refuse): Meaning {
  return {
    named: (name) =>
      names.get(name) ?? refuse(`it asks for '${name}', which images do not need and which is never loaded`),
  }
}
