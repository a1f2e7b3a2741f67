import { defineLaw, defineProfile, exceeds, formulas, lawGroups } from '../../../../kd/laws/index.ts'

const { logSoftmax, total } = formulas

/** The squared Hellinger distance of the two softmaxes, from its formula. */
export const profile = defineProfile({
  name: 'hellinger',
  formula: '1/N Σ 1 − Σᵢ √(pᵢ qᵢ)',
  definition: {
    value({ v, u }) {
      const [logQ, logP] = [logSoftmax(v), logSoftmax(u)]
      return 1 - total(logP.map((value, i) => Math.exp((value + logQ[i]) / 2)))
    },
  },
  claims: [
    ...lawGroups.common,
    ...lawGroups.shift,
    'teacher-shift',
    'teacher-student-symmetry',
    'zero-at-equality',
    'label-independence',
  ],
  breaks: { 'zero-at-multiples': 'the scale of the logits counts' },
  laws: [
    defineLaw({
      name: 'at-most-one',
      statement: 'The distance is at most 1.',
      formula: 'L(v, u, t) ≤ 1',
      tolerance: 'rounding',
      complain: async (subject, batch) =>
        exceeds('L', await subject.value(batch), 'one', 1, subject.rounding(batch)),
    }),
  ],
})

/** The loss under test: half the squared distance of the roots of the probabilities. */
export default function hellinger(student: number[][], teacher: number[][]): number {
  const losses = student.map((v, n) => {
    const roots = [v, teacher[n]].map((row) => rootsOf(row))
    return roots[0].reduce((sum, root, i) => sum + (root - roots[1][i]) ** 2, 0) / 2
  })
  return losses.reduce((sum, loss) => sum + loss) / losses.length
}

function rootsOf(logits: number[]): number[] {
  const largest = Math.max(...logits)
  const weights = logits.map((logit) => Math.exp(logit - largest))
  const sum = weights.reduce((total, weight) => total + weight)
  return weights.map((weight) => Math.sqrt(weight / sum))
}
