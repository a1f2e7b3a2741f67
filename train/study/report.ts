import type { RunResult } from '../runFolder/runSchema.ts'
import { type Difference, differencesBetween } from './differences.ts'
import { checkPlannedRuns, type PlannedRun } from './manifest.ts'
import { outcomeOf } from './outcome.ts'
import { type Summary, summarize } from './statistics.ts'

/** The results of a study so far. */
export interface StudyReport {
  readonly pairs: readonly PairReport[]
  /** The images on which the best epochs were chosen. */
  readonly bestOn: readonly RunResult['bestOn'][]
  /** Folders of runs that have not started. */
  readonly missing: readonly string[]
  /** Folders of runs that have started but not finished. */
  readonly unfinished: readonly string[]
}

/** All methods on one pair of networks. */
export interface PairReport {
  readonly pair: string
  readonly methods: readonly Cell[]
  /** Differences in test top-1 after the last epoch; the best epoch would be biased by its selection. */
  readonly differences: readonly Difference[]
}

/** One method on one pair of networks, over its seeds. */
export interface Cell {
  readonly method: string
  /** Number of runs in the manifest. */
  readonly planned: number
  /** Test top-1 in percent after the last epoch, over the finished runs; `undefined` if there are none. */
  readonly last?: Summary | undefined
  /** The same after the best epoch. */
  readonly best?: Summary | undefined
}

interface Finished {
  readonly run: PlannedRun
  readonly result: RunResult
}

/** Reads the folders of the runs of a manifest, whichever machines they ran on. */
export async function reportOn(runs: readonly PlannedRun[]): Promise<StudyReport> {
  checkPlannedRuns('reportOn', runs)
  const outcomes = await Promise.all(runs.map(async (run) => ({ run, ...(await outcomeOf(run)) })))
  const finished = outcomes.filter((outcome) => outcome.state === 'finished')
  const foldersThatAre = (state: 'missing' | 'unfinished') =>
    outcomes.flatMap((outcome) => (outcome.state === state ? [outcome.run.folder] : []))
  return {
    pairs: [...Map.groupBy(runs, ({ pair }) => pair)].map(([pair, ofPair]) =>
      pairReport(pair, ofPair, finished),
    ),
    bestOn: [...new Set(finished.map(({ result }) => result.bestOn))],
    missing: foldersThatAre('missing'),
    unfinished: foldersThatAre('unfinished'),
  }
}

function pairReport(pair: string, runs: readonly PlannedRun[], finished: readonly Finished[]): PairReport {
  const cells = [...Map.groupBy(runs, ({ method }) => method)].map(([method, { length: planned }]) => ({
    method,
    planned,
    finished: finished.filter(({ run }) => run.pair === pair && run.method === method),
  }))
  return {
    pair,
    methods: cells.map(({ method, planned, finished }) => ({ method, planned, ...summariesOf(finished) })),
    differences: differencesBetween(
      new Map(cells.map(({ method, finished }) => [method, lastBySeed(finished)])),
    ),
  }
}

function lastBySeed(finished: readonly Finished[]): Map<number, number> {
  return new Map(finished.map(({ run, result }) => [run.recipe.seed, result.last.test.top1]))
}

function summariesOf(finished: readonly Finished[]): Pick<Cell, 'last' | 'best'> {
  if (finished.length === 0) return {}
  return {
    last: summarize(finished.map(({ result }) => result.last.test.top1)),
    best: summarize(finished.map(({ result }) => result.best.test.top1)),
  }
}
