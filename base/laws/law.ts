import fc from 'fast-check'

/**
 * A property that every subject of a kind must have: every loss, operation or executor. A law generates cases and searches
 * for one in which the subject breaks it.
 */
export interface Law<Subject> {
  readonly name: string
  /** The law in one sentence. */
  readonly statement: string
  /** The statement in symbols. */
  readonly formula: string
  /** How far the two sides may differ, and why. */
  readonly tolerance: string
  /** Returns a shrunk case that breaks the law; `undefined` if none was found. */
  readonly check: (subject: Subject, trial: Trial) => Promise<Counterexample | undefined>
}

/** The extent of a search for counterexamples. The same trial generates the same cases. */
export interface Trial {
  /** Number of cases. */
  readonly runs: number
  /** Determines the cases. */
  readonly seed: number
  /** The path of a counterexample with this seed: only that case is tried. */
  readonly path?: string | undefined
}

/** A case that breaks a law. */
export interface Counterexample {
  /** The generated value, shrunk. */
  readonly value: unknown
  /** The fault, with both sides of the equation. */
  readonly complaint: string
  /** Number of cases tried until one broke the law. */
  readonly runs: number
  /** Number of shrinking steps. */
  readonly shrinks: number
  /** The same seed with the same number of runs finds it again. */
  readonly seed: number
  /** The same seed with this path tries this case alone. */
  readonly path: string
  /** What was thrown, if the case broke the law in this way. */
  readonly error?: unknown
}

/** Thrown for a case that a law objects to, in contrast to errors of the subject. */
class Complaint extends Error {}

/** The most cases that are tried to shrink a counterexample, which takes a few hundred unless only large cases break a law. */
const mostShrinkingTrials = 2000

/**
 * Searches for a value that `complain` objects to. A complaint is a sentence that shows both sides; `undefined` means that
 * the law holds for the value. An error thrown by the subject counts as a complaint, but neither shrinks to the other: a
 * small case that is merely wrong does not explain a large one that throws.
 */
export async function search<Value>(
  values: fc.Arbitrary<Value>,
  complain: (value: Value) => string | undefined | Promise<string | undefined>,
  { runs, seed, path }: Trial,
  examples: readonly Value[] = [],
): Promise<Counterexample | undefined> {
  let first: { readonly isComplaint: boolean } | undefined
  let shrinkingTrials = 0
  const faultOf = async (value: Value): Promise<unknown> => {
    try {
      const complaint = await complain(value)
      return complaint === undefined ? undefined : new Complaint(complaint)
    } catch (error) {
      return error ?? new Error(String(error))
    }
  }
  const property = fc.asyncProperty(values, async (value) => {
    // fast-check sets no limit to shrinking. It ends when no smaller case fails.
    if (first !== undefined && shrinkingTrials++ >= mostShrinkingTrials) return
    const fault = await faultOf(value)
    const isComplaint = fault instanceof Complaint
    if (fault === undefined || isComplaint !== (first?.isComplaint ?? isComplaint)) return
    first ??= { isComplaint }
    throw fault
  })
  const details = await fc.check(property, {
    numRuns: runs,
    seed,
    examples: examples.map((example): [Value] => [example]),
    ...(path !== undefined && { path, endOnFailure: true }),
  })
  if (!details.failed) return undefined
  const { counterexample, counterexamplePath, errorInstance, numRuns, numShrinks } = details
  return {
    value: counterexample?.[0],
    complaint: errorInstance instanceof Error ? errorInstance.message : String(errorInstance),
    runs: numRuns,
    shrinks: numShrinks,
    seed,
    path: counterexamplePath ?? '',
    ...(!(errorInstance instanceof Complaint) && { error: errorInstance }),
  }
}

/** The result of checking one law. */
export interface Verdict<Subject> {
  readonly law: Law<Subject>
  /** `undefined` if the law held in every case. */
  readonly counterexample: Counterexample | undefined
}

/** The result of checking a subject against laws. */
export interface Report<Subject> extends Trial {
  /** The subject's name. */
  readonly name: string
  readonly verdicts: readonly Verdict<Subject>[]
  /** Whether every law held. */
  readonly holds: boolean
}

/** Checks a subject against laws, sequentially. */
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

/** Formats a report: a line for each law, and the counterexample of each broken one. */
export function formatReport({ name, runs, seed, verdicts }: Report<never>): string {
  const lines = verdicts.map(({ law, counterexample }) =>
    counterexample === undefined ? `holds   ${law.name}` : formatBroken(law, counterexample),
  )
  return [`${name}: ${verdicts.length} laws, ${runs} cases each, seed ${seed}`, ...lines].join('\n')
}

/** Formats a broken law: its statement, and the counterexample. */
export function formatBroken(law: Omit<Law<never>, 'check'>, broken: Counterexample): string {
  return [
    `BROKEN  ${law.name}: ${law.statement}`,
    `        ${law.formula}`,
    `        ${broken.complaint}`,
    `        for ${fc.stringify(broken.value)}`,
    `        case ${broken.runs} of seed ${broken.seed}, shrunk ${broken.shrinks} times`,
  ].join('\n')
}
