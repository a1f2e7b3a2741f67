import { describe } from '../../../base/errors.ts'
import type { DecoupledTerms, HostTemperatures, Rows } from '../loss.ts'

/** Checks of what a process replied; each throws `TypeError` for anything else. */

export function number(name: string, value: unknown): number {
  if (typeof value === 'number') return value
  throw new TypeError(`expected '${name}' to be a number, got ${describe(value)}`)
}

export function numbers(name: string, value: unknown): number[] {
  if (Array.isArray(value)) return value.map((entry) => number(name, entry))
  throw new TypeError(`expected '${name}' to be a list of numbers, got ${describe(value)}`)
}

export function rows(name: string, value: unknown): Rows {
  if (Array.isArray(value)) return value.map((row) => numbers(name, row))
  throw new TypeError(`expected '${name}' to be a list of rows, got ${describe(value)}`)
}

export function temperatures(name: string, value: unknown): HostTemperatures {
  const { student, teacher } = entriesOf(value)
  return { student: numbers(`${name}.student`, student), teacher: numbers(`${name}.teacher`, teacher) }
}

export function terms(name: string, value: unknown): DecoupledTerms {
  const { tckd, nckd } = entriesOf(value)
  return { tckd: number(`${name}.tckd`, tckd), nckd: number(`${name}.nckd`, nckd) }
}

function entriesOf(value: unknown): Partial<Record<string, unknown>> {
  return typeof value === 'object' ? { ...value } : {}
}
