import type fc from 'fast-check'
import { type Law, search } from '../../../base/laws/law.ts'
import { streamKey } from '../../../base/random.ts'
import type { LogitBatch } from '../arbitraries.ts'
import type { LossObject } from '../loss.ts'
import type { Profile } from '../profile.ts'
import type { Subject } from '../subject.ts'

/** An optional part of a loss. */
export type Part = Exclude<keyof LossObject, 'loss' | 'dtype' | 'connection'>

/** A law of distillation losses. */
export interface LossLaw extends Law<Subject> {
  /** The conditions under which it holds. */
  readonly conditions: string
  /** The consequence of breaking it. */
  readonly matters: string
  /** The most common causes of a violation. */
  readonly usualCause?: string
  /** The part of the loss that the law needs. */
  readonly needs?: Part
  /** The part of the profile that the law needs. */
  readonly assumes?: Assumption
}

/** An optional part of a profile: its temperatures, its warm-up, or the limit of its definition. */
export type Assumption = 'rule' | 'warmUp' | 'limit'

/** The definition of a law: its cases, and a check that describes a violation by one of them, if any. */
export interface LawDefinition<Case> extends Omit<LossLaw, 'check'> {
  readonly cases: (profile: Profile, subject: Subject) => fc.Arbitrary<Case>
  /** Makes a case of a batch that the user wants to be tried always. */
  readonly fromBatch?: (batch: LogitBatch) => Case
  readonly complain: (subject: Subject, value: Case) => Promise<string | undefined>
}

/** For laws whose cases are batches. */
export const asItIs = (batch: LogitBatch): LogitBatch => batch

export function lossLaw<Case>({ cases, complain, fromBatch, ...record }: LawDefinition<Case>): LossLaw {
  return {
    ...record,
    async check(subject, trial) {
      let isShrinking = false
      const complainOf = async (value: Case) => {
        if (isShrinking) return complain(subject, value)
        subject.cases.add(record.name, value)
        isShrinking = true // unless there is an answer, and no complaint
        const complaint = await complain(subject, value)
        isShrinking = complaint !== undefined
        return complaint
      }
      const examples = fromBatch ? subject.profile.examples?.map(fromBatch) : []
      // With the same seed, all laws would see the same batches: what a hundred lack would be seen by none.
      const [seed] = streamKey(trial.seed, record.name)
      const found = await search(cases(subject.profile, subject), complainOf, { ...trial, seed }, examples)
      return found && { ...found, seed: trial.seed }
    },
  }
}

/** Describes a violation of left = right within the allowed difference, if any. */
export function differs(
  leftName: string,
  left: number,
  rightName: string,
  right: number,
  allowed: number,
): string | undefined {
  if (Math.abs(left - right) <= allowed) return undefined
  return `${leftName} = ${left}, but ${rightName} = ${right} (${apart(left, right)}; tolerance ${short(allowed)})`
}

/** Describes a violation of left ≤ right + allowed, if any. */
export function exceeds(
  leftName: string,
  left: number,
  rightName: string,
  right: number,
  allowed: number,
): string | undefined {
  if (left <= right + allowed) return undefined
  return `${leftName} = ${left}, but it should be at most ${rightName} = ${right} (tolerance ${short(allowed)})`
}

/** Returns the first of several complaints, if any. */
export function firstOf(...complaints: (string | undefined)[]): string | undefined {
  return complaints.find((complaint) => complaint !== undefined)
}

function apart(left: number, right: number): string {
  return Number.isFinite(left) ? `${short(Math.abs(left - right))} apart` : 'not finite'
}

function short(value: number): string {
  return value === 0 ? '0' : value.toPrecision(2)
}
