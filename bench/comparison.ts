import { contest, fastestFirst, ratioOf, type Standing } from './contest.ts'
import type { Job } from './jobs.ts'
import type { Spread } from './measure.ts'
import { ContestantError } from './process.ts'
import { type Rival, thermograd } from './rivals.ts'
import { digits } from './table.ts'

/** The result of a contest between thermograd and a rival, or the reason for its absence. */
export type Comparison = { readonly rival: string; readonly part: Job; readonly reason: string } & (
  | Measured
  | { readonly absent: string }
)

export interface Measured {
  readonly thermograd: Standing
  readonly theirs: Standing
  /** Ours to theirs, round by round. */
  readonly ratio: Spread & { readonly rounds: string }
  /** Slower configurations of the rival, from a contest before this one. */
  readonly slower: readonly Standing[]
}

/** Runs thermograd and a rival, in its fastest configuration, on the rival's part of a job. */
export async function compare(
  { name, reason, ...rival }: Rival,
  job: Job,
  seconds: number,
): Promise<Comparison> {
  const part = rival.part(job)
  const { batch } = part
  const about = { rival: name, part, reason }
  try {
    const [fastest, ...slower] = await fastestFirst(rival.commands(part), { batch, seconds: seconds / 6 })
    const [ours, theirs] = await contest([thermograd(part), fastest.command], { batch, seconds })
    return {
      ...about,
      thermograd: ours,
      theirs,
      ratio: ratioOf(ours, theirs),
      slower: slower.flatMap(({ standing }) => standing ?? []),
    }
  } catch (error) {
    if (!(error instanceof ContestantError)) throw error
    return { ...about, absent: `${error.message}; to install: ${rival.installation}` }
  }
}

/** Returns the columns of a comparison: images per second of both, their ratio with its spread, and the quiet rounds. */
export function cellsOf(comparison: Comparison): string[] {
  if ('absent' in comparison) return ['–', '–', '–', '–']
  const { thermograd: ours, theirs, ratio } = comparison
  const spread = `${digits(ratio.median)} (${digits(ratio.minimum)} … ${digits(ratio.maximum)})`
  return [digits(ours.imagesPerSecond), digits(theirs.imagesPerSecond), spread, ratio.rounds]
}

/** Returns lines that say what software the rival is, or why it is absent. */
export function describeRival(comparison: Comparison): string[] {
  if ('absent' in comparison) return [`${comparison.rival} did not run: ${comparison.absent}`]
  const { rival, theirs } = comparison
  const { versions, notes = {}, threads } = theirs
  const facts = Object.entries({ ...versions, ...notes }).map(([name, value]) => `${name} ${value}`)
  const lacksJemalloc = 'allocator' in notes && !String(notes.allocator).startsWith('libjemalloc')
  return [
    `${rival}: ${[...facts, `${threads} threads`].join(', ')}`,
    ...(lacksJemalloc ? [`WARNING: ${rival} is faster with jemalloc: apt-get install libjemalloc2`] : []),
  ]
}

/** Returns a line that compares the rival's configurations, if it has several. */
export function describeConfigurations(comparison: Comparison): string[] {
  if ('absent' in comparison || comparison.slower.length === 0) return []
  const slower = comparison.slower.map(
    ({ configuration, imagesPerSecond }) =>
      `${configuration}, ${digits(imagesPerSecond)} images/s in a trial`,
  )
  return [
    `${comparison.rival}: ${comparison.theirs.configuration}, which is faster than ${slower.join(', ')}`,
  ]
}
