import fc from 'fast-check'
import { logits, logitsPair, temperature } from '../arbitraries.ts'
import { derivative } from '../derivative.ts'
import { logit, position } from '../drawnRow.ts'
import type { Precision } from '../floats.ts'
import {
  dot,
  largest,
  logSumExp,
  magnitude,
  mean,
  permuted,
  type Row,
  scaled,
  shifted,
  softmax,
  total,
} from '../formulas/rows.ts'
import { order, orderOf } from '../order.ts'
import type { Subject } from '../subject.ts'
import { differs, exceeds, firstOf, type LossLaw, lossLaw } from './lossLaw.ts'

const tolerance =
  'unit roundoff × (4 max|z| + 2K + 6), the rounding of a logarithm of a sum of exponentials, for each value'

function excused({ roundoff }: Subject, ...rows: Row[]): number {
  return total(rows.map((row) => roundoff * (4 * magnitude(row) + 2 * row.length + 6)))
}

function sharpnessLaw<Case>(
  record: Pick<LossLaw, 'name' | 'statement' | 'formula' | 'conditions' | 'matters'>,
  cases: fc.Arbitrary<Case>,
  complain: (
    S: (...rows: Row[]) => Promise<number[]>,
    drawn: Case,
    subject: Subject,
  ) => Promise<string | undefined>,
): LossLaw {
  return lossLaw({
    ...record,
    tolerance,
    needs: 'sharpness',
    cases: () => cases,
    complain: (subject, drawn) => complain((...rows) => subject.sharpness(rows), drawn, subject),
  })
}

const twoRows = logitsPair({ rows: { min: 1, max: 1 } }).map(({ student: [a], teacher: [b] }) => ({ a, b }))

const sharpnessBounds = sharpnessLaw(
  {
    name: 'sharpness-bounds',
    statement: 'Sharpness exceeds the largest logit by at most ln K, and the mean logit by at least ln K.',
    formula: 'max z ≤ S(z) ≤ max z + ln K,  S(z) ≥ mean z + ln K',
    conditions: 'logits up to 8, and up to 8,192, whose exponentials overflow',
    matters: 'It mostly measures the largest logit.',
  },
  fc.record({ small: logits(), scale: fc.constantFrom(1, 1024) }),
  async (S, { small, scale }, subject) => {
    const row = scaled(small, scale)
    const [value] = await S(row)
    const slack = excused(subject, row)
    return firstOf(
      exceeds('max z', largest(row), 'S(z)', value, slack),
      exceeds('S(z)', value, 'max z + ln K', largest(row) + Math.log(row.length), slack),
      exceeds('mean z + ln K', mean(row) + Math.log(row.length), 'S(z)', value, slack),
    )
  },
)

const sharpnessShift = sharpnessLaw(
  {
    name: 'sharpness-shift',
    statement: 'Adding a constant to the logits adds it to their sharpness.',
    formula: 'S(z + c) = S(z) + c',
    conditions: 'any logits',
    matters: 'Sharpness is not a function of the softmax, which a constant does not change.',
  },
  fc.record({ row: logits(), by: logit() }),
  async (S, { row, by }, subject) => {
    const other = shifted(row, by)
    const [before, after] = await S(row, other)
    return differs('S(z + c)', after, 'S(z) + c', before + by, excused(subject, row, other))
  },
)

const sharpnessConvexity = sharpnessLaw(
  {
    name: 'sharpness-convexity',
    statement: 'Sharpness is convex.',
    formula: 'S((a + b)/2) ≤ (S(a) + S(b))/2',
    conditions: 'any logits',
    matters: 'Its second derivative is a covariance: averaging logits never sharpens.',
  },
  twoRows,
  async (S, { a, b }, subject) => {
    const middle = a.map((value, i) => (value + b[i]) / 2)
    const [atMiddle, atA, atB] = await S(middle, a, b)
    return exceeds('S((a + b)/2)', atMiddle, '(S(a) + S(b))/2', (atA + atB) / 2, excused(subject, a, b))
  },
)

const sharpnessLipschitz = sharpnessLaw(
  {
    name: 'sharpness-lipschitz',
    statement: 'Sharpness changes by at most as much as the logit that changes most.',
    formula: '|S(a) − S(b)| ≤ max |aᵢ − bᵢ|',
    conditions: 'any logits',
    matters: 'It is Proposition 1 of the DTKD paper.',
  },
  twoRows,
  async (S, { a, b }, subject) => {
    const [atA, atB] = await S(a, b)
    const distance = magnitude(a.map((value, i) => value - b[i]))
    return exceeds('|S(a) − S(b)|', Math.abs(atA - atB), 'max |aᵢ − bᵢ|', distance, excused(subject, a, b))
  },
)

const sharpnessPermutation = sharpnessLaw(
  {
    name: 'sharpness-permutation',
    statement: 'Sharpness does not depend on the order of the classes.',
    formula: 'S(πz) = S(z)',
    conditions: 'any logits',
    matters: 'A class that is omitted or counted twice is usually the first or last.',
  },
  fc.record({ row: logits(), drawn: order }),
  async (S, { row, drawn }, subject) => {
    const [value, other] = await S(row, permuted(row, orderOf(drawn, row.length)))
    return differs('S(πz)', other, 'S(z)', value, 2 * excused(subject, row))
  },
)

const sharpnessGradient = sharpnessLaw(
  {
    name: 'sharpness-gradient',
    statement: 'The gradient of sharpness is the softmax.',
    formula: '∂S/∂zⱼ = softmax(z)ⱼ',
    conditions: 'any logits; numeric',
    matters: 'Raising any logit increases sharpness.',
  },
  fc.record({ row: logits(), at: position }),
  async (S, { row, at }, subject) => {
    const j = at % row.length
    const moved = (by: number) => row.with(j, row[j] + by)
    const wanted = softmax(row)[j]
    const { value, error } = await derivative({
      precision: subject.precision,
      at: moved,
      value: async (point) => (await S(point))[0],
      rounding: (point) => excused(subject, point),
      right: { value: logSumExp, slope: wanted },
    })
    return differs(`∂S/∂z at class ${j}`, value, 'softmax', wanted, error)
  },
)

const sharpnessMonotone = sharpnessLaw(
  {
    name: 'sharpness-monotone',
    statement:
      'With increasing temperature, sharpness falls if the mean logit is not negative, and rises if no logit is positive.',
    formula: 'mean z ≥ 0 ⇒ S(z/T) falls in T;  max z ≤ 0 ⇒ S(z/T) rises in T',
    conditions: 'as stated; in between, it falls and then rises',
    matters: 'Only then does the sharper side need the higher temperature.',
  },
  fc.record({ row: logits(), lower: temperature(), times: fc.integer({ min: 2, max: 4 }) }),
  async (S, { row, lower, times }, subject) => {
    const [raised, sunk] = [shifted(row, -mean(row)), shifted(row, -largest(row))]
    const at = [scaled(raised, 1 / lower), scaled(raised, 1 / (lower * times))]
    const below = [scaled(sunk, 1 / lower), scaled(sunk, 1 / (lower * times))]
    const values = await S(...at, ...below)
    return firstOf(
      exceeds('S at the higher temperature', values[1], 'S at the lower', values[0], excused(subject, ...at)),
      exceeds(
        'S at the lower temperature',
        values[2],
        'S at the higher',
        values[3],
        excused(subject, ...below),
      ),
    )
  },
)

/** A temperature, or its reciprocal, at which the limits hold within the stated bounds, and nothing overflows. */
const farAwayIn = (precision: Precision) => (precision === 'float16' ? 2 ** 10 : 2 ** 20)

const sharpnessLimits = sharpnessLaw(
  {
    name: 'sharpness-limits',
    statement:
      'As the temperature tends to infinity, sharpness tends to ln K; as it tends to 0, T S(z/T) tends to the largest logit.',
    formula: '|S(z/T) − ln K| ≤ max|z| / T,  0 ≤ T S(z/T) − max z ≤ T ln K',
    conditions: 'T = 2²⁰ and 2⁻²⁰; in float16, 2¹⁰ and 2⁻¹⁰',
    matters: 'Sharpness overflows if exp does, unless the largest logit is subtracted first.',
  },
  logits(),
  async (S, row, subject) => {
    const farAway = farAwayIn(subject.precision)
    const [hot, cold] = [scaled(row, 1 / farAway), scaled(row, farAway)]
    const [atHot, atCold] = await S(hot, cold)
    return firstOf(
      differs(
        `S(z/T) at T = ${farAway}`,
        atHot,
        'ln K',
        Math.log(row.length),
        magnitude(hot) + excused(subject, hot),
      ),
      differs(
        `T S(z/T) at T = 1/${farAway}`,
        atCold / farAway,
        'max z',
        largest(row),
        (Math.log(row.length) + excused(subject, cold)) / farAway,
      ),
    )
  },
)

const sharpnessEntropy = sharpnessLaw(
  {
    name: 'sharpness-entropy',
    statement: 'Sharpness is the entropy of the softmax plus the expected logit under it.',
    formula: 'S(z) = H(p) + Σ pᵢ zᵢ,  p = softmax(z)',
    conditions: 'any logits',
    matters:
      'Of two rows with the same Σ pᵢ zᵢ, the “sharper” one has the higher entropy: the term is misleading.',
  },
  logits(),
  async (S, row, subject) => {
    const p = softmax(row)
    const entropy = -total(p.map((value) => (value === 0 ? 0 : value * Math.log(value))))
    const [value] = await S(row)
    // K probabilities sum to 1 up to K roundings of float64, and each stands before ln p and z.
    const ofEntropy = 2 * row.length * Number.EPSILON * (1 + magnitude(row) + Math.log(row.length))
    return differs('S(z)', value, 'H(p) + Σ pᵢ zᵢ', entropy + dot(p, row), excused(subject, row) + ofEntropy)
  },
)

const sharpnessHomogeneity = sharpnessLaw(
  {
    name: 'sharpness-homogeneity',
    statement: 'Sharpness scales with the logits.',
    formula: 'S(z/2) = S(z)/2',
    conditions: 'any logits',
    matters: 'If this held, temperatures in the ratio of the sharpness values would equalise them.',
  },
  logits(),
  async (S, row, subject) => {
    const [value, half] = await S(row, scaled(row, 0.5))
    return differs('S(z/2)', half, 'S(z)/2', value / 2, 2 * excused(subject, row))
  },
)

export const sharpnessLaws = [
  sharpnessBounds,
  sharpnessShift,
  sharpnessConvexity,
  sharpnessLipschitz,
  sharpnessPermutation,
  sharpnessGradient,
  sharpnessMonotone,
  sharpnessLimits,
  sharpnessEntropy,
  sharpnessHomogeneity,
]
