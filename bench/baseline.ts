import { existsSync, readFileSync } from 'node:fs'
import { writeFileAtomically } from '../base/files/writeFile.ts'
import { InvalidInputError } from '../engine/index.ts'
import { identityOf, type Machine } from './machine.ts'

/** The speed of operations at one time, for later comparison. */
export interface Baseline {
  readonly machine: Machine
  /** The fraction of the machine's peak that each operation reached: less sensitive to other load than a time. */
  readonly fractions: Readonly<Record<string, number>>
}

/** Reads a baseline; returns `undefined` if there is no file yet. */
export function readBaseline(file: string): Baseline | undefined {
  if (!existsSync(file)) return undefined
  try {
    const { machine, fractions } = JSON.parse(readFileSync(file, 'utf8'))
    if (typeof machine === 'object' && typeof fractions === 'object') return { machine, fractions }
  } catch {
    // Not JSON: the same error.
  }
  throw new InvalidInputError(`${file}: expected a baseline written by this program`)
}

export function writeBaseline(file: string, baseline: Baseline): Promise<void> {
  return writeFileAtomically(file, `${JSON.stringify(baseline, undefined, 2)}\n`)
}

/** Smaller differences occur by chance, even on an idle machine. */
const tolerance = 0.2

/** Returns a line for each operation that became slower, and a warning if the baseline is another machine's. */
export function complaints(now: Baseline, then: Baseline): string[] {
  const [here, there] = [now, then].map(({ machine }) => identityOf(machine))
  const strange = here === there ? [] : [`the baseline was measured on another machine: ${there}`]
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
