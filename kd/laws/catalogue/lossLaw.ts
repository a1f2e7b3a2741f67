import type fc from 'fast-check'
import { type Law, search } from '../../../base/laws/law.ts'
import type { LossObject } from '../loss.ts'
import type { Profile } from '../profile.ts'
import type { Subject } from '../subject.ts'

/** What a loss may offer besides its value. */
export type Part = Exclude<keyof LossObject, 'loss' | 'dtype'>

/** A law of distillation losses. */
export interface LossLaw extends Law<Subject> {
  /** When it holds. */
  readonly conditions: string
  /** What goes wrong where it is broken. */
  readonly matters: string
  /** What mostly breaks it. */
  readonly usualCause?: string
  /** What the loss must offer for the law to be tested. */
  readonly needs?: Part
}

/** A law as it is written down: over which cases, and what there is to complain of one. */
interface Recipe<Case> extends Omit<LossLaw, 'check'> {
  readonly cases: (profile: Profile, subject: Subject) => fc.Arbitrary<Case>
  readonly complain: (subject: Subject, value: Case) => Promise<string | undefined>
}

export function lossLaw<Case>({ cases, complain, ...record }: Recipe<Case>): LossLaw {
  return {
    ...record,
    check: (subject, trial) =>
      search(cases(subject.profile, subject), (value) => complain(subject, value), trial),
  }
}

/** What is wrong with an equation: both sides, and how far apart they may be. */
export function differs(
  leftName: string,
  left: number,
  rightName: string,
  right: number,
  allowed: number,
): string | undefined {
  if (Math.abs(left - right) <= allowed) return undefined
  return `${leftName} = ${left}, but ${rightName} = ${right} (${apart(left, right)}; rounding excuses ${short(allowed)})`
}

/** What is wrong with left ≤ right. */
export function exceeds(
  leftName: string,
  left: number,
  rightName: string,
  right: number,
  allowed: number,
): string | undefined {
  if (left <= right + allowed) return undefined
  return `${leftName} = ${left}, but it should be at most ${rightName} = ${right} (rounding excuses ${short(allowed)})`
}

/** The first complaint of several, if any. */
export function firstOf(...complaints: (string | undefined)[]): string | undefined {
  return complaints.find((complaint) => complaint !== undefined)
}

function apart(left: number, right: number): string {
  return Number.isFinite(left) ? `${short(Math.abs(left - right))} apart` : 'not finite'
}

function short(value: number): string {
  return value === 0 ? '0' : value.toPrecision(2)
}
