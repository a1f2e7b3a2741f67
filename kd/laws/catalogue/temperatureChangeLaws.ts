import fc from 'fast-check'
import { temperature } from '../arbitraries.ts'
import { logit } from '../drawnRow.ts'
import { largest, permuted, type Row, scaled, shifted } from '../formulas/rows.ts'
import type { SampleTemperatures } from '../formulas/temperatureRules.ts'
import { order, orderOf } from '../order.ts'
import { batches } from './cases.ts'
import { firstOf, type LossLaw, lossLaw } from './lossLaw.ts'
import { complainOfChange, oneSample, temperedSample, temperedSamples, tolerance } from './temperatureLaw.ts'

/** Makes a law that compares the temperatures of a sample before and after a change. */
function changeLaw<Drawn>(
  record: Pick<LossLaw, 'name' | 'statement' | 'formula' | 'conditions' | 'matters' | 'usualCause'>,
  drawn: fc.Arbitrary<Drawn>,
  change: (sample: { v: Row; u: Row }, drawn: Drawn) => { v: Row; u: Row },
  of: string,
  expected: (temperatures: SampleTemperatures) => SampleTemperatures = (same) => same,
): LossLaw {
  return lossLaw({
    ...record,
    tolerance,
    needs: 'temperatures',
    assumes: 'rule',
    cases: (profile) => fc.record({ batch: oneSample(profile), drawn }),
    async complain(subject, { batch, drawn }) {
      const { v, u } = change({ v: batch.student[0], u: batch.teacher[0] }, drawn)
      const before = await temperedSample(subject, batch)
      const after = await temperedSample(subject, { ...batch, student: [[...v]], teacher: [[...u]] })
      return complainOfChange([after, expected(before)], of, Math.max(before.excused, after.excused))
    },
  })
}

const temperaturesScale = changeLaw(
  {
    name: 'temperatures-scale',
    statement: 'Scaling the logits of both sides by a common factor does not change the temperatures.',
    formula: 'T(c v, c u) = T(v, u) for c > 0',
    conditions: 'c between 1/4 and 16; not for exact temperatures: sharpness is not homogeneous',
    matters: 'The rule depends on the ratio of the two sides, not on their scale.',
  },
  temperature(),
  ({ v, u }, factor) => ({ v: scaled(v, factor), u: scaled(u, factor) }),
  ' of (c v, c u)',
)

const temperaturesSwap = changeLaw(
  {
    name: 'temperatures-swap',
    statement: 'Exchanging teacher and student exchanges their temperatures.',
    formula: 'T_teacher(u, v) = T_student(v, u)',
    conditions: 'rows for which the profile is defined',
    matters: 'The rule distinguishes the sides only by their logits.',
  },
  fc.constant('swap'),
  ({ v, u }) => ({ v: u, u: v }),
  ' of (u, v)',
  ({ student, teacher }) => ({ student: teacher, teacher: student }),
)

const temperaturesMaximaAlone = changeLaw(
  {
    name: 'temperatures-maxima-alone',
    statement: 'The temperatures depend only on the two largest logits.',
    formula: 'T is a function of max u and max v',
    conditions: 'all other logits lowered by up to 8',
    matters: 'They therefore need only two maxima, and cannot reflect the sharpness of the rows.',
    usualCause: 'magnitudes, ranges or sums instead of the largest logit',
  },
  logit().map(Math.abs),
  ({ v, u }, by) => {
    const lowered = (row: Row) => row.map((value) => (value === largest(row) ? value : value - by))
    return { v: lowered(v), u: lowered(u) }
  },
  ' with the other logits lowered',
)

const temperaturesPermutation = changeLaw(
  {
    name: 'temperatures-permutation',
    statement: 'The temperatures do not depend on the order of the classes of either side.',
    formula: 'T(πv, σu) = T(v, u)',
    conditions: 'rows for which the profile is defined',
    matters: 'Temperatures that depend on a certain class, such as the label’s, belong to another method.',
  },
  fc.record({ ofStudent: order, ofTeacher: order }),
  ({ v, u }, { ofStudent, ofTeacher }) => ({
    v: permuted(v, orderOf(ofStudent, v.length)),
    u: permuted(u, orderOf(ofTeacher, u.length)),
  }),
  ' of (πv, σu)',
)

const temperaturesShift = changeLaw(
  {
    name: 'temperatures-shift',
    statement: 'Adding a constant to the logits of both sides does not change the temperatures.',
    formula: 'T(v + c, u + c) = T(v, u)',
    conditions: 'c from 0 to 8; for exact temperatures, because rows are centred first',
    matters: 'Otherwise the temperatures depend on the bias of the last layer.',
  },
  logit().map(Math.abs),
  ({ v, u }, by) => ({ v: shifted(v, by), u: shifted(u, by) }),
  ' of (v + c, u + c)',
)

const temperaturesRowIndependence = lossLaw({
  name: 'temperatures-row-independence',
  statement: 'The temperatures of a sample do not depend on the other samples.',
  formula: 'T of sample n of a batch = T of the sample alone',
  conditions: 'rows for which the profile is defined',
  tolerance,
  matters: 'A maximum over the whole batch gives every sample the temperatures of one.',
  usualCause: 'a maximum over the whole batch',
  needs: 'temperatures',
  assumes: 'rule',
  cases: batches,
  async complain(subject, batch) {
    const within = await temperedSamples(subject, batch)
    const complaints = batch.labels.map(async (label, n) => {
      const alone = { student: [batch.student[n]], teacher: [batch.teacher[n]], labels: [label] }
      const own = await temperedSample(subject, alone)
      return complainOfChange([within[n], own], ` of sample ${n} in the batch`)
    })
    return firstOf(...(await Promise.all(complaints)))
  },
})

export const temperatureChangeLaws = [
  temperaturesScale,
  temperaturesSwap,
  temperaturesMaximaAlone,
  temperaturesPermutation,
  temperaturesShift,
  temperaturesRowIndependence,
]
