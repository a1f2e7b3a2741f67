import type fc from 'fast-check'
import { type LogitBatch, logitsPair } from '../arbitraries.ts'
import type { Row } from '../formulas/rows.ts'
import type { SampleTemperatures } from '../formulas/temperatureRules.ts'
import type { Profile } from '../profile.ts'
import type { Subject } from '../subject.ts'
import { domainOf } from './cases.ts'
import { differs, firstOf, type LossLaw, lossLaw } from './lossLaw.ts'

/** The tolerance of laws about temperatures. */
export const tolerance = 'eight roundings of the larger side; for a solver, half the digits of sharpness'

/** A sample with the temperatures of the loss and a bound of their error. */
export interface Tempered {
  readonly v: Row
  readonly u: Row
  readonly student: number
  readonly teacher: number
  readonly excused: number
}

export const oneSample = (profile: Profile) => logitsPair({ ...domainOf(profile), rows: { min: 1, max: 1 } })

/** Makes a law about one sample and its temperatures. */
export function temperatureLaw(
  record: Pick<LossLaw, 'name' | 'statement' | 'formula' | 'conditions' | 'matters' | 'usualCause'>,
  complain: (sample: Tempered, profile: Profile, roundoff: number) => string | undefined,
  cases: (profile: Profile) => fc.Arbitrary<LogitBatch> = oneSample,
): LossLaw {
  return lossLaw({
    ...record,
    tolerance,
    needs: 'temperatures',
    assumes: 'rule',
    cases,
    complain: async (subject, batch) =>
      complain(await temperedSample(subject, batch), subject.profile, subject.roundoff),
  })
}

export async function temperedSample(subject: Subject, batch: LogitBatch): Promise<Tempered> {
  const [first] = await temperedSamples(subject, batch)
  return first
}

export async function temperedSamples(subject: Subject, batch: LogitBatch): Promise<Tempered[]> {
  const { student, teacher } = await subject.temperatures(batch)
  return batch.labels.map((_, n) => {
    const [v, u] = [batch.student[n], batch.teacher[n]]
    return { v, u, student: student[n], teacher: teacher[n], excused: excusedOf(subject, v, u) }
  })
}

function excusedOf({ profile, roundoff }: Subject, v: Row, u: Row): number {
  return 16 * roundoff * profile.temperature + profile.rule!.slack(v, u, Math.sqrt(roundoff))
}

/** Complains unless the temperatures of another batch are the expected ones. */
export function complainOfChange(
  [found, wanted]: readonly [Tempered, SampleTemperatures],
  of: string,
  excused = found.excused,
): string | undefined {
  return firstOf(
    differs(`T_student${of}`, found.student, 'T_student', wanted.student, 2 * excused),
    differs(`T_teacher${of}`, found.teacher, 'T_teacher', wanted.teacher, 2 * excused),
  )
}

/** For one sample whose largest logits are both positive. */
export function bothPositive(profile: Profile): fc.Arbitrary<LogitBatch> {
  return oneSample({ ...profile, maxima: 'positive' })
}
