import fc from 'fast-check'

/**
 * What must hold of every subject of a kind: a loss, an operation, an executor. A law makes up cases, and looks for
 * one in which the subject breaks it.
 */
export interface Law<Subject> {
  readonly name: string
  /** In one sentence. */
  readonly statement: string
  /** The statement in symbols. */
  readonly formula: string
  /** How far the two sides may be apart, and why so far. */
  readonly tolerance: string
  /** A case that breaks the law, as small as shrinking made it; `undefined` where none was found. */
  readonly check: (subject: Subject, trial: Trial) => Promise<Counterexample | undefined>
}

/** How hard to look for a counterexample. The same trial makes up the same cases. */
export interface Trial {
  /** The number of cases. */
  readonly runs: number
  /** Names the cases. */
  readonly seed: number
}

/** A case that breaks a law. */
export interface Counterexample {
  /** What fast-check made up, shrunk. */
  readonly value: unknown
  /** What is wrong with it: both sides of the equation. */
  readonly complaint: string
  /** Cases that were tried until one broke the law. */
  readonly runs: number
  /** How often it was made smaller since. */
  readonly shrinks: number
  /** Names the cases: the same seed and as many runs find it again. */
  readonly seed: number
}

/**
 * Looks for a value of which `complain` has something to say. A complaint is a sentence that shows both sides; no
 * complaint means that the law holds of the value. An error of the subject is a complaint too.
 */
export async function search<Value>(
  values: fc.Arbitrary<Value>,
  complain: (value: Value) => string | undefined | Promise<string | undefined>,
  { runs, seed }: Trial,
): Promise<Counterexample | undefined> {
  const property = fc.asyncProperty(values, async (value) => {
    const complaint = await complain(value)
    if (complaint !== undefined) throw new Error(complaint)
  })
  const details = await fc.check(property, { numRuns: runs, seed })
  if (!details.failed) return undefined
  const { counterexample, errorInstance, numRuns, numShrinks } = details
  return {
    value: counterexample?.[0],
    complaint: errorInstance instanceof Error ? errorInstance.message : String(errorInstance),
    runs: numRuns,
    shrinks: numShrinks,
    seed,
  }
}

/** What came of one law. */
export interface Verdict<Subject> {
  readonly law: Law<Subject>
  /** `undefined` where the law held in every case. */
  readonly counterexample: Counterexample | undefined
}

/** What came of holding a subject to laws. */
export interface Report<Subject> extends Trial {
  /** The subject's name. */
  readonly name: string
  readonly verdicts: readonly Verdict<Subject>[]
  /** Whether every law held. */
  readonly holds: boolean
}

/** Holds a subject to laws, one after the other. */
export async function checkAll<Subject>(
  name: string,
  subject: Subject,
  laws: readonly Law<Subject>[],
  trial: Trial,
): Promise<Report<Subject>> {
  const verdicts: Verdict<Subject>[] = []
  for (const law of laws) verdicts.push({ law, counterexample: await law.check(subject, trial) })
  const holds = verdicts.every(({ counterexample }) => counterexample === undefined)
  return { name, ...trial, verdicts, holds }
}

/** A report as text: a line for each law, and for a broken one what breaks it. */
export function formatReport({ name, runs, seed, verdicts }: Report<never>): string {
  const lines = verdicts.map(({ law, counterexample }) =>
    counterexample === undefined ? `holds   ${law.name}` : formatBroken(law, counterexample),
  )
  return [`${name}: ${verdicts.length} laws, ${runs} cases each, seed ${seed}`, ...lines].join('\n')
}

/** A broken law as text: what it says, and the case of which that is not true. */
export function formatBroken(law: Omit<Law<never>, 'check'>, broken: Counterexample): string {
  return [
    `BROKEN  ${law.name}: ${law.statement}`,
    `        ${law.formula}`,
    `        ${broken.complaint}`,
    `        of ${fc.stringify(broken.value)}`,
    `        case ${broken.runs} of seed ${broken.seed}, made smaller ${broken.shrinks} times`,
  ].join('\n')
}
