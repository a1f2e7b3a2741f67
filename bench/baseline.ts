import { existsSync, readFileSync } from 'node:fs'
import { writeFileAtomically } from '../base/files/writeFile.ts'
import { InvalidInputError } from '../engine/index.ts'
import { identityOf, type Machine } from './machine.ts'

/** The speed of operations on a day, for later days to be compared with. */
export interface Baseline {
  readonly machine: Machine
  /** The fraction of the machine's peak that each operation reached: less shaken by a busy machine than a time. */
  readonly fractions: Readonly<Record<string, number>>
}

/** The baseline of a file, nothing where there is no file yet. */
export function readBaseline(file: string): Baseline | undefined {
  if (!existsSync(file)) return undefined
  try {
    const { machine, fractions } = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof machine === 'object' && typeof fractions === 'object') return { machine, fractions }
  } catch {
    // Not JSON: the same complaint.
  }
  throw new InvalidInputError(`${file}: expected a baseline that this program has written`)
}

export function writeBaseline(file: string, baseline: Baseline): Promise<void> {
  return writeFileAtomically(file, `${JSON.stringify(baseline, undefined, 2)}\n`)
}

/** Smaller differences happen by chance, even on a quiet machine. */
const tolerance = 0.2

/** What became slower, a line for each; a warning where the baseline is another machine's. */
export function complaints(now: Baseline, then: Baseline): string[] {
  const [here, there] = [now, then].map(({ machine }) => identityOf(machine))
  const strange = here === there ? [] : [`the baseline is of another machine: ${there}`]
  const slower = Object.entries(now.fractions).flatMap(([name, fraction]) => {
    const before = then.fractions[name]
    if (before === undefined || fraction >= (1 - tolerance) * before) return []
    return [`${name}: ${percent(before)} of the peak before, ${percent(fraction)} now`]
  })
  return [...strange, ...slower]
}

export function percent(fraction: number): string {
  return `${100 * fraction < 10 ? (100 * fraction).toFixed(1) : (100 * fraction).toFixed(0)} %`
}
