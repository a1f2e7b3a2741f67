import fc from 'fast-check'
import { RandomStream } from '../../../base/random.ts'
import { type LogitBatch, smoothPair } from '../arbitraries.ts'
import { position } from '../drawnRow.ts'
import { total } from '../formulas/rows.ts'
import type { Rows } from '../loss.ts'
import type { Profile } from '../profile.ts'
import type { Subject } from '../subject.ts'
import { domainOf } from './cases.ts'
import { differs } from './lossLaw.ts'

/** The tolerance of laws about gradients. */
export const tolerance =
  'for a provided gradient, rounding; for a numeric one (five points, step 2⁻⁹, or 2⁻³ in float32), the rounding of its ' +
  'values divided by the step, plus twice the truncation error of the formula'

/** The conditions of laws about gradients. */
export const conditions =
  'every entry of batches of up to 64 samples and 1,000 classes; the student’s largest logit exceeds the others, and no maximum is near 0; numeric, along one logit or along all with random signs, if no gradient is provided'

/** A batch, the position of one of its student logits, and random signs for the others. */
export interface Point {
  readonly batch: LogitBatch
  readonly n: number
  readonly j: number
  /** Along which logits a numeric derivative is taken: the one at the position, or all, with random signs. */
  readonly along: 'one logit' | 'all logits'
  readonly signs: number
}

/** For batches of all sizes with a position. */
export function points(profile: Profile): fc.Arbitrary<Point> {
  return fc
    .record({
      batch: smoothPair(domainOf(profile)),
      n: fc.nat({ max: 63 }),
      j: position,
      along: fc.constantFrom<Point['along'][]>('one logit', 'all logits'),
      signs: fc.noShrink(fc.noBias(fc.nat())),
    })
    .map(({ n, j, ...point }) => ({
      ...point,
      n: n % point.batch.labels.length,
      j: j % point.batch.student[0].length,
    }))
}

export function directionOf({ batch, n, j, along, signs }: Point): Rows {
  if (along === 'one logit')
    return batch.student.map((row, m) => row.map((_, i) => (m === n && i === j ? 1 : 0)))
  const stream = new RandomStream([signs, 0])
  return batch.student.map((row) => row.map(() => (stream.bits() % 2 === 0 ? 1 : -1)))
}

export function nameOf({ n, j, along }: Point): string {
  return along === 'one logit' ? entryName(n, j) : 'Σ ±∂L/∂v'
}

export const entryName = (n: number, j: number) => `∂L/∂v[${n}][${j}]`

/**
 * Complains unless a gradient is the wanted one: every entry of the one that the loss provides or, if it has none, a
 * numeric derivative. Entries that are `undefined` are not compared.
 */
export async function complainOfGradient(
  subject: Subject,
  point: Point,
  wanted: readonly (readonly (number | undefined)[])[],
): Promise<string | undefined> {
  const { batch } = point
  if (subject.loss.gradient)
    return complainOfEntries(
      await subject.gradient(batch),
      wanted,
      subject.gradientRounding(batch),
      'its formula',
    )
  const direction = directionOf(point).map((row, n) =>
    row.map((by, j) => (wanted[n][j] === undefined ? 0 : by)),
  )
  const numeric = await subject.numericSlope(batch, direction)
  const slope = total(direction.flatMap((row, n) => row.map((by, j) => (by === 0 ? 0 : by * wanted[n][j]!))))
  return differs(nameOf(point), numeric.value, 'its formula', slope, numeric.error)
}

/** Complains of the first entry that differs from the wanted one by more than twice its own rounding. */
export function complainOfEntries(
  found: Rows,
  wanted: readonly (readonly (number | undefined)[])[],
  rounding: Rows,
  named: string,
): string | undefined {
  for (const [n, row] of found.entries()) {
    for (const [j, value] of row.entries()) {
      const right = wanted[n][j]
      if (right === undefined) continue
      const complaint = differs(entryName(n, j), value, named, right, 2 * rounding[n][j])
      if (complaint) return complaint
    }
  }
  return undefined
}
