import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  domainOf,
  formulas,
  logitsPair,
  profileNames,
  profileOf,
  smoothPair,
} from '../../../kd/laws/index.ts'
import { samplesOf } from '../../../kd/laws/subject.ts'

const { decoupled, shared, softmax, tempered, total, without } = formulas

/** Σ p ln(p/q). */
function klOf(p: readonly number[], q: readonly number[]): number {
  return total(p.map((value, i) => value * Math.log(value / q[i])))
}

describe('the formulas', () => {
  const golden = [
    { u: [2, 1, 0], v: [1, 1.5, 0], dtkd: 0.1926251459812252, kd: 0.2156779449506814 },
    { u: [0.5, 3, -1], v: [1, 0.2, 0.3], dtkd: 0.8627706839373385, kd: 1.6635627396468098 },
  ]
  it.each(golden)('should have the golden values for teacher logits $u', ({ u, v, dtkd, kd }) => {
    const sample = { u, v, label: 0 }
    expect(profileOf('dtkd').definition.value(sample)).toBeCloseTo(dtkd, 13)
    expect(profileOf('kd').definition.value(sample)).toBeCloseTo(kd, 13)
  })

  it('should be τ² (TCKD + (1 − p_t) NCKD) for KD, and τ² (TCKD + 8 NCKD) for DKD', () => {
    const tau = 4
    fc.assert(
      fc.property(logitsPair({ rows: { min: 1, max: 1 } }), (batch) => {
        const [{ v, u, label }] = samplesOf(batch)
        // From probabilities, as in the paper: equations 4 to 7.
        const [p, q] = [u, v].map((row) => softmax(row.map((value) => value / tau)))
        const [restP, restQ] = [p, q].map((row) => total(without(row, label)))
        const tckd = klOf([p[label], restP], [q[label], restQ])
        const nckd = klOf(
          without(p, label).map((value) => value / restP),
          without(q, label).map((value) => value / restQ),
        )
        const [kd, dkd] = (['kd', 'dkd'] as const).map((name) => profileOf(name, tau).definition)
        const check = (value: number, weight: number) => {
          const expected = tau ** 2 * (tckd + weight * nckd)
          expect(Math.abs(value - expected)).toBeLessThanOrEqual(1e-11 * (1 + weight))
        }
        check(kd.value({ v, u, label }), restP)
        check(dkd.value({ v, u, label }), 8)
        check(tempered(shared(tau), decoupled(1, 0)).value({ v, u, label }), 0)
        check(tempered(shared(tau), decoupled(0.5, 3)).value({ v, u, label }) + (tau ** 2 * tckd) / 2, 3)
      }),
      { seed: 1 },
    )
  })

  it.each(profileNames.filter((name) => name !== 'dtkd-detached'))(
    'should have a gradient that is the derivative of the value: %s',
    (name) => {
      const profile = profileOf(name)
      const { definition } = profile
      fc.assert(
        fc.property(
          smoothPair({ ...domainOf(profile), rows: { min: 1, max: 1 } }),
          fc.nat({ max: 5 }),
          (batch, at) => {
            const [sample] = samplesOf(batch)
            const j = at % sample.v.length
            const value = (by: number) =>
              definition.value({ ...sample, v: sample.v.with(j, sample.v[j] + by) })
            const slope = (h: number) =>
              (8 * (value(h) - value(-h)) - (value(2 * h) - value(-2 * h))) / (12 * h)
            const [wide, narrow] = [slope(2 ** -8), slope(2 ** -9)]
            const allowed = 2 * Math.abs(wide - narrow) + 1e-7 * (1 + Math.abs(narrow))
            expect(Math.abs(definition.gradient(sample)[j] - narrow)).toBeLessThanOrEqual(allowed)
          },
        ),
        { seed: 1, numRuns: 60 },
      )
    },
  )

  it('should refuse a profile or temperature that cannot be', () => {
    expect(() => profileOf('fitnet')).toThrow(
      `laws: expected profile to be one of ${profileNames.join(', ')}, got 'fitnet'`,
    )
    expect(() => profileOf('kd', 0)).toThrow('laws: expected a temperature above 0, got 0')
  })
})
