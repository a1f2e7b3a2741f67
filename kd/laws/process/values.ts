import type { DecoupledTerms, HostTemperatures, Rows } from '../loss.ts'
import { returned } from '../lossFailure.ts'

/** A reply to a call of a part of the loss, with the arguments of the call. */
export interface Reply {
  readonly part: string
  readonly value: unknown
  readonly given: readonly unknown[]
}

/** Checks of what a process replied; each throws `LossFailure` for anything else. */

export function number({ part, value, given }: Reply): number {
  if (typeof value === 'number') return value
  throw returned(part, value, 'a number', given)
}

export function numbers({ part, value, given }: Reply): number[] {
  if (isNumbers(value)) return value
  throw returned(part, value, 'a list of numbers', given)
}

export function rows({ part, value, given }: Reply): Rows {
  if (Array.isArray(value) && value.every(isNumbers)) return value
  throw returned(part, value, 'a list of rows of numbers', given)
}

export function listsOfRows({ part, value, given }: Reply): Rows[] {
  if (Array.isArray(value) && value.every((each) => Array.isArray(each) && each.every(isNumbers)))
    return value
  throw returned(part, value, 'lists of rows of numbers', given)
}

export function temperatures({ part, value, given }: Reply): HostTemperatures {
  const { student, teacher } = entriesOf(value)
  if (isNumbers(student) && isNumbers(teacher)) return { student, teacher }
  throw returned(part, value, 'an object with the lists student and teacher', given)
}

export function terms({ part, value, given }: Reply): DecoupledTerms {
  const { tckd, nckd } = entriesOf(value)
  if (typeof tckd === 'number' && typeof nckd === 'number') return { tckd, nckd }
  throw returned(part, value, 'an object with the numbers tckd and nckd', given)
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'number')
}

function entriesOf(value: unknown): Partial<Record<string, unknown>> {
  return typeof value === 'object' ? { ...value } : {}
}
