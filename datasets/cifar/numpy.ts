import {
  type Construct,
  kindOf,
  type Limits,
  type Meaning,
  Named,
  type Stateful,
} from '../../base/files/pickle/values.ts'
import type { Refuse } from '../../base/files/refusal.ts'

/** A NumPy array of bytes in row-major order. */
export class ByteArray implements Stateful {
  shape: readonly number[] = []
  bytes: Uint8Array = new Uint8Array(0)

  /** Sets (version, shape, dtype, is Fortran order, elements). */
  setState(state: unknown, { budget, ...limits }: Limits): void {
    const refuse: Refuse = limits.refuse
    const [, shape, type, columnMajor, elements] = Array.isArray(state) ? state : []
    if (!isShape(shape)) refuse('an array has no valid shape')
    if (!(type instanceof ElementType)) refuse(`an array has ${kindOf(type)} as its element type`)
    if (type.code !== 'u1') refuse(`an array has elements of type '${type.code}', expected 'u1' (bytes)`)
    if (columnMajor !== false) refuse('an array is in column-major order, expected row-major')
    // A pickle can set the same text any number of times.
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

/** An element type. Its state holds the byte order, which does not matter for bytes. */
class ElementType implements Stateful {
  readonly code: string

  constructor(code: string) {
    this.code = code
  }

  setState(): void {}
}

/** NumPy's limit of axes. */
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
  new ElementType(typeof code === 'string' ? code : refuse(`an element type is named by ${kindOf(code)}`))

/** Python 3 writes bytes as a text with one character per byte. */
const bytesOfText: Construct = ([text], { budget, refuse }) => {
  if (typeof text !== 'string') return refuse(`it makes bytes from ${kindOf(text)}`)
  budget.take(text.length, 'bytes')
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0))
}

/** Every name that dictionaries of labels and arrays may contain; NumPy 2 renamed one. */
const names: ReadonlyMap<string, Named> = new Map(
  [
    new Named('numpy.core.multiarray._reconstruct', emptyArray),
    new Named('numpy._core.multiarray._reconstruct', emptyArray),
    new Named('numpy.ndarray'),
    new Named('numpy.dtype', elementType),
    new Named('_codecs.encode', bytesOfText),
  ].map((named) => [named.name, named]),
)

/** Returns the meaning of the names in a pickle of arrays. */
export function meaningOfArrays(refuse: Refuse): Meaning {
  return {
    named: (name) =>
      names.get(name) ??
      refuse(`it needs '${name}', which is not part of a batch of images and is never loaded`),
  }
}
