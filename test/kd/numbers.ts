import fc from 'fast-check'
import { expect } from 'vitest'
import { openExecutor, type Tensor, tensor } from '../../engine/index.ts'

const { executor } = await openExecutor('reference')

/** A float64 tensor [N, K] from rows. */
export function matrix(rows: readonly (readonly number[])[]): Tensor {
  return tensor(rows, { dtype: 'float64' })
}

/** int32 labels. */
export function labelled(labels: readonly number[]): Tensor {
  return tensor(labels, { dtype: 'int32' })
}

/** The elements, computed by the reference executor. */
export async function read(x: Tensor): Promise<number[]> {
  return Array.from(await x.data({ executor }))
}

export interface LogitsConstraints {
  /** Default 1. */
  minClasses?: number
  /** The largest magnitude of a logit. Default 8. */
  size?: number
}

/** A row of finite logits, in steps of 1/64 so that exact shifts and scalings exist. */
export function logits({ minClasses = 1, size = 8 }: LogitsConstraints = {}): fc.Arbitrary<number[]> {
  return fc.array(entry(size), { minLength: minClasses, maxLength: 12 })
}

export interface Pair {
  student: number[]
  teacher: number[]
}

/** Rows of equally many logits for student and teacher, at least two. */
export function logitPair({ size = 8 }: { size?: number } = {}): fc.Arbitrary<Pair> {
  return fc
    .array(fc.tuple(entry(size), entry(size)), { minLength: 2, maxLength: 12 })
    .map((pairs) => ({ student: pairs.map(([v]) => v), teacher: pairs.map(([, u]) => u) }))
}

/** A pair whose largest logits are at least 1/16: the published formula is sound for it. */
export function soundPair(): fc.Arbitrary<Pair> {
  return fc
    .record({ pair: logitPair(), maxima: fc.tuple(positive(), positive()), at: fc.tuple(fc.nat(), fc.nat()) })
    .map(({ pair: { student, teacher }, maxima: [y, x], at: [i, j] }) => ({
      student: withMaximum(student, y, i),
      teacher: withMaximum(teacher, x, j),
    }))
}

function withMaximum(row: number[], maximum: number, at: number): number[] {
  return row.map((value) => Math.min(value, maximum)).with(at % row.length, maximum)
}

function entry(size: number): fc.Arbitrary<number> {
  return fc.integer({ min: -64 * size, max: 64 * size }).map((sixtyFourths) => sixtyFourths / 64)
}

function positive(): fc.Arbitrary<number> {
  return fc.integer({ min: 4, max: 512 }).map((sixtyFourths) => sixtyFourths / 64)
}

/** A pair with a label for it. */
export function labelledPair(): fc.Arbitrary<Pair & { label: number }> {
  return fc
    .record({ pair: soundPair(), at: fc.nat() })
    .map(({ pair, at }) => ({ ...pair, label: at % pair.student.length }))
}

/**
 * Every actual number is within `tolerance` of the expected one, relative to the largest expected, at least `floor`. The
 * expected numbers are finite.
 */
export function expectClose(
  actual: readonly number[],
  expected: readonly number[],
  tolerance = 1e-11,
  floor = 1e-3,
): void {
  expect(actual.length).toBe(expected.length)
  expect(expected.filter((value) => !Number.isFinite(value))).toEqual([])
  const scale = Math.max(floor, ...expected.map(Math.abs))
  actual.forEach((value, i) => {
    if (!(Math.abs(value - expected[i]) <= tolerance * scale)) {
      expect.fail(`number ${i} is ${value}, expected ${expected[i]} within ${tolerance * scale}`)
    }
  })
}

/** Plain arithmetic that tests hold the library against. */
export function logSumExp(z: readonly number[]): number {
  const largest = Math.max(...z)
  return largest + Math.log(z.reduce((sum, value) => sum + Math.exp(value - largest), 0))
}

export function softmax(z: readonly number[]): number[] {
  const total = logSumExp(z)
  return z.map((value) => Math.exp(value - total))
}

export function divergence(p: readonly number[], q: readonly number[]): number {
  return p.reduce((sum, value, i) => sum + (value === 0 ? 0 : value * Math.log(value / q[i])), 0)
}
