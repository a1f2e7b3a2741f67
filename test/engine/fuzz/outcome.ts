import { type DType, isFloat } from '../../../engine/dtype.ts'
import { equalShapes, format, indexAt, type Shape } from '../../../engine/shape.ts'
import type { Mixing } from './winograd.ts'

/** What a call gave. */
export interface Outcome {
  readonly kind: 'float' | 'int' | 'bool'
  readonly shape: Shape
  /** The value, then its gradient by each floating tensor. */
  readonly results: readonly ArrayLike<number>[]
}

export function kindOf(dtype: DType): Outcome['kind'] {
  if (isFloat(dtype)) return 'float'
  return dtype === 'int32' ? 'int' : 'bool'
}

/** A floating type, for the sake of comparison. */
export interface Precision {
  /** How far a result may be off, relative to it: some dozen roundings. */
  readonly relative: number
  /** Numbers are off by this where digits are lost below the smallest normal number. */
  readonly least: number
  readonly largest: number
}

export const single: Precision = { relative: 2 ** -19, least: 2 ** -140, largest: 3.4028234663852886e38 }

export const double: Precision = { relative: 2 ** -46, least: 2 ** -1065, largest: Number.MAX_VALUE }

/**
 * How far each element of a result may be off. Rounding on the way is as if the operands had been rounded a little
 * more; so `nearby` holds the same result for operands that are off by `precision.relative`, and where the function is
 * steep or jumps, much is allowed. `scale` is a magnitude beside which all elements are rounded.
 */
export function allowances(
  result: ArrayLike<number>,
  nearby: readonly ArrayLike<number>[],
  { relative, least }: Precision,
  scale: number,
): Float64Array {
  return Float64Array.from(result, (value, i) => {
    const shifts = nearby.map((other) => Math.abs(other[i] - value)).filter(Number.isFinite)
    const own = Number.isFinite(value) ? Math.abs(value) : 0
    return 2 * Math.max(0, ...shifts) + relative * (own + scale) + least
  })
}

/**
 * Says where two outcomes differ: in kind, in shape, or at an element. NaN must be where NaN is and ∞ where ∞ is, but
 * where a result is mixed; a number past the largest one is ∞.
 */
export function complainOfOutcome(
  got: Outcome,
  wanted: Outcome,
  allowed: readonly Float64Array[],
  { largest, relative }: Precision,
  mixed: readonly (Mixing | undefined)[] = [],
): string | undefined {
  if (got.kind !== wanted.kind) return `the result is ${got.kind}, expected ${wanted.kind}`
  if (!equalShapes(got.shape, wanted.shape))
    return `the shape is ${format(got.shape)}, expected ${format(wanted.shape)}`
  for (const [r, result] of wanted.results.entries()) {
    const { scale = 0, isReached } = mixed[r] ?? {}
    for (let i = 0; i < result.length; i++) {
      if (isWithin(got.results[r][i], result[i], allowed[r][i] + relative * scale, largest)) continue
      if (!Number.isFinite(got.results[r][i]) && isReached?.(i)) continue
      const place = r === 0 ? `element ${format(indexAt(i, wanted.shape))}` : `gradient ${r - 1} at ${i}`
      return `${place} is ${got.results[r][i]}, expected ${result[i]} ± ${allowed[r][i].toPrecision(2)}`
    }
  }
  return undefined
}

function isWithin(got: number, wanted: number, allowed: number, largest: number): boolean {
  if (Object.is(got, wanted) || got === wanted) return true
  if (Number.isFinite(got)) return Math.abs(got - clipped(wanted, largest)) <= allowed
  // Infinity, which rounding made of a number close to the largest.
  return Math.abs(got) === Infinity && Math.sign(got) * wanted + allowed >= largest
}

/** A number that is too large only by what is allowed is within reach. */
function clipped(value: number, largest: number): number {
  return Number.isFinite(value) ? Math.min(Math.max(value, -largest), largest) : value
}
