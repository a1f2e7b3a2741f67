import type { LogitBatch } from '../arbitraries.ts'
import { largest, type Row, scaled, shifted } from '../formulas/rows.ts'
import { genericBatches } from '../precision.ts'
import type { Profile } from '../profile.ts'
import type { Subject } from '../subject.ts'

/** A batch with the value of the loss, that of its formula, and the tolerance. */
export interface Probe {
  readonly batch: LogitBatch
  readonly found: number
  readonly wanted: number
  readonly excused: number
}

export async function probesOf(subject: Subject, batches: readonly LogitBatch[]): Promise<Probe[]> {
  const probes: Probe[] = []
  for (const batch of batches) {
    const found = await subject.value(batch).catch(() => Number.NaN)
    const wanted = subject.wanted(batch)
    const excused = 4 * subject.rounding(batch)
    probes.push({ batch, found, wanted, excused })
  }
  return probes
}

const [{ student: generic, teacher: other, labels }] = genericBatches

const allShifted = (by: number): LogitBatch => ({
  student: generic.map((row) => shifted(row, by)),
  teacher: other.map((row) => shifted(row, by)),
  labels,
})

/** Changes the lowest class of a row. */
const lowered = (row: Row): number[] => row.with(row.indexOf(smallestOf(row)), smallestOf(row) - 1e4)
const smallestOf = (row: Row) => -largest(scaled(row, -1))

/**
 * Returns batches that tell an underflow from an overflow: a class of one side whose probability underflows although no
 * logit is large, and logits that are all large although no probability is small. Logits far below 0 tell a mask that
 * subtracts from one that replaces.
 */
export const telling = ({ maxima }: Profile): readonly LogitBatch[] => [
  { student: generic.map(lowered), teacher: other, labels },
  { student: generic, teacher: other.map(lowered), labels },
  allShifted(1e4),
  ...(maxima === 'any' ? [allShifted(-1e4)] : []),
]

/**
 * Whether values explain all probes, and a difference much better than the formula does: a number, if any differs. A
 * difference for which a mistake gives no value, such as 0/0, does not contradict it.
 */
export function explainsAll(values: readonly number[], probes: readonly Probe[]): boolean {
  const differs = ({ found, wanted, excused }: Probe) => !(Math.abs(found - wanted) <= excused)
  const isBetter = (value: number, { found, wanted }: Probe) =>
    Number.isFinite(found)
      ? Math.abs(value - found) < Math.abs(wanted - found) / 8
      : !probes.some((probe) => differs(probe) && Number.isFinite(probe.found))
  return (
    probes.every((probe, i) => explains(values[i], probe) || (differs(probe) && Number.isNaN(values[i]))) &&
    probes.some((probe, i) => explains(values[i], probe) && differs(probe) && isBetter(values[i], probe))
  )
}

function explains(value: number, { found, excused }: Probe): boolean {
  if (!Number.isFinite(found)) return !Number.isFinite(value)
  return Math.abs(value - found) <= excused + 1e-9 * Math.abs(found)
}
