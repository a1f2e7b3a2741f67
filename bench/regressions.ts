import { join } from 'node:path'
import { InvalidInputError } from '../engine/index.ts'
import type { Checkout } from './checkout.ts'
import { contest, ratioOf } from './contest.ts'
import { describeJob, jobOf } from './jobs.ts'
import { type Command, ContestantProcess } from './process.ts'
import { digits, tableOf } from './table.ts'

/** An operation or a step, here and in the baseline. */
export interface Change {
  readonly name: string
  readonly milliseconds: number
  readonly millisecondsBefore: number
  /** Speed relative to the baseline's. */
  readonly speed: number
}

/** Smaller losses occur by chance. What seems slower than this is measured again, up to so many times. */
const tolerableSpeed = 0.8
const repetitions = 3
/** No chance explains a loss to less than this, even on a busy machine. */
export const intolerableSpeed = 0.5

/** Steps that are compared: one of wide and one of narrow convolutions. */
const jobs = ['train', 'resnet20']
const batch = 64

/** Turns of each side, their target length, and the limits of the number of runs in one. */
const turns = 5
const turnMilliseconds = 25
const [leastRuns, mostRuns] = [3, 50]

/**
 * Measures operations, and then steps, in this checkout and in a baseline, in turns. Leaves out operations that the baseline
 * does not have. Throws `InvalidInputError` if the baseline cannot be measured.
 */
export async function changesSince(
  baseline: Checkout,
  isChosen: (name: string) => boolean,
): Promise<Change[]> {
  const folders = [join(import.meta.dirname, '..'), baseline.folder]
  const changes = await operationChanges(folders, isChosen)
  for (const job of jobs.map((name) => jobOf(name, batch))) {
    const name = describeJob(job)
    if (!isChosen(name)) continue
    process.stderr.write(`${name} …\n`)
    const commands = folders.map((folder) => commandIn(folder, 'contestant.ts', JSON.stringify(job)))
    const [here, there] = await contest(commands, { batch, seconds: 0 })
    const [milliseconds, millisecondsBefore] = [here, there].map(
      ({ imagesPerSecond }) => (1000 * batch) / imagesPerSecond,
    )
    changes.push({ name, milliseconds, millisecondsBefore, speed: ratioOf(here, there).median })
  }
  return changes
}

function commandIn(folder: string, script: string, ...options: readonly string[]): Command {
  return { file: process.execPath, arguments: [join(folder, 'bench', script), ...options] }
}

async function operationChanges(
  [here, there]: readonly string[],
  isChosen: (name: string) => boolean,
): Promise<Change[]> {
  const ours = await startOperations(here)
  const theirs = await startOperations(there).catch((error: Error) => {
    ours.contestant.end()
    throw new InvalidInputError(`baseline: cannot run its operations: ${error.message}`)
  })
  try {
    const changes: Change[] = []
    for (const name of ours.operations.filter((name) => theirs.operations.includes(name) && isChosen(name))) {
      process.stderr.write(`${name} …\n`)
      const contestants = [ours.contestant, theirs.contestant]
      let change = await changeOf(contestants, name)
      for (let again = 0; again < repetitions && change.speed < tolerableSpeed; again++) {
        change = await changeOf(contestants, name, change)
      }
      changes.push(change)
    }
    return changes
  } finally {
    ours.contestant.end()
    theirs.contestant.end()
  }
}

async function startOperations(folder: string) {
  const command = commandIn(folder, 'operations/contestant.ts')
  const { contestant, introduction } = await ContestantProcess.start(command)
  return { contestant, operations: introduction.notes?.operations as string[] }
}

/** Compares the shortest runs of an operation, including those of an earlier comparison. */
async function changeOf(
  contestants: readonly ContestantProcess[],
  name: string,
  earlier?: Change,
): Promise<Change> {
  const shortest = earlier
    ? [earlier.milliseconds, earlier.millisecondsBefore]
    : contestants.map(() => Number.POSITIVE_INFINITY)
  const order = [...contestants.keys()]
  let runs = leastRuns
  for (let turn = 0; turn < turns; turn++) {
    for (const side of order) {
      const { milliseconds } = await contestants[side].take(runs, name)
      shortest[side] = Math.min(shortest[side], ...milliseconds)
    }
    order.reverse()
    runs = Math.max(leastRuns, Math.min(mostRuns, Math.round(turnMilliseconds / Math.min(...shortest))))
  }
  const [milliseconds, millisecondsBefore] = shortest
  return { name, milliseconds, millisecondsBefore, speed: millisecondsBefore / milliseconds }
}

/** Returns a table of the changes, and what became slower. */
export function describeChanges(changes: readonly Change[], baseline: string): string {
  const rows = changes.map(({ name, milliseconds, millisecondsBefore, speed }) => [
    name,
    digits(milliseconds),
    digits(millisecondsBefore),
    digits(speed),
  ])
  const mean = Math.exp(changes.reduce((sum, { speed }) => sum + Math.log(speed), 0) / changes.length)
  const slower = changes.filter(({ speed }) => speed < tolerableSpeed)
  return [
    tableOf(['', 'ms', `ms in ${baseline}`, 'speed'], rows),
    `geometric mean of the speeds: ${digits(mean)} times those of ${baseline}`,
    slower.length > 0 ? 'slower:' : 'nothing is slower',
    ...slower.map(({ name, speed }) => `  ${name}: ${digits(speed)} times as fast as before`),
    '',
  ].join('\n')
}
