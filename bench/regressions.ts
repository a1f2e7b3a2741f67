import { join } from 'node:path'
import { InvalidInputError } from '../engine/index.ts'
import type { Checkout } from './checkout.ts'
import { describeJob, jobOf } from './jobs.ts'
import { type Command, ContestantProcess } from './process.ts'
import { digits, tableOf } from './table.ts'

/** The shortest time of an operation or a step, here and in the baseline. */
export interface Change {
  readonly name: string
  readonly milliseconds: number
  readonly millisecondsBefore: number
  /** How often it was measured again, because it seemed slower. */
  readonly repetitions: number
}

/** Returns the speed relative to the baseline's. */
export function speedOf({ milliseconds, millisecondsBefore }: Change): number {
  return millisecondsBefore / milliseconds
}

/** What seems slower than this is measured again after everything else, up to so many times: a disturbance is over by then. */
const tolerableSpeed = 0.8
const repetitions = 3
const secondsOfRepetitions = 60
/** No chance explains a loss to less than this in all repetitions, even on a busy machine. */
export const intolerableSpeed = 0.5

export function isIntolerable(change: Change): boolean {
  return change.repetitions === repetitions && speedOf(change) < intolerableSpeed
}

/** Steps that are compared: one of wide and one of narrow convolutions. */
const jobs = ['train', 'resnet20'].map((name) => jobOf(name, 64))

/** Turns of each side, their target length, and the limits of the number of runs in one. */
const turns = 3
const turnMilliseconds = 25
const [leastRuns, mostRuns] = [3, 50]

/** What both sides measure: a task of a process here, and of one in the baseline. */
interface Item {
  readonly name: string
  readonly task: string
  readonly sides: readonly ContestantProcess[]
}

/**
 * Measures operations and steps in this checkout and in a baseline, in turns. Leaves out operations that the baseline does
 * not have. Throws `InvalidInputError` if the baseline cannot be run.
 */
export async function changesSince(
  baseline: Checkout,
  isChosen: (name: string) => boolean,
): Promise<Change[]> {
  const started: ContestantProcess[] = []
  try {
    const items = await itemsOf(baseline, isChosen, started)
    const changes: Change[] = []
    for (const item of items) changes.push(await changeOf(item))
    const end = performance.now() + 1000 * secondsOfRepetitions
    for (let again = 0; again < repetitions; again++) {
      for (const [i, change] of changes.entries()) {
        const isSuspect = speedOf(change) < tolerableSpeed && performance.now() < end
        if (isSuspect) changes[i] = await changeOf(items[i], change)
      }
    }
    return changes
  } finally {
    for (const contestant of started) contestant.end()
  }
}

/** Starts processes, which are added to `started`, and returns what they have in common. */
async function itemsOf(
  { folder }: Checkout,
  isChosen: (name: string) => boolean,
  started: ContestantProcess[],
): Promise<Item[]> {
  const start = async (command: Command) => {
    const { contestant, introduction } = await ContestantProcess.start(command)
    started.push(contestant)
    return { contestant, operations: introduction.notes?.operations as string[] }
  }
  const startBoth = async (script: string, ...options: readonly string[]) => {
    const here = await start(commandIn(join(import.meta.dirname, '..'), script, ...options))
    const there = await start(commandIn(folder, script, ...options)).catch((error: Error) => {
      throw new InvalidInputError(`baseline: cannot run ${script}: ${error.message}`)
    })
    return { sides: [here.contestant, there.contestant], here, there }
  }
  const { sides, here, there } = await startBoth('operations/contestant.ts')
  const common = here.operations.filter((name) => there.operations.includes(name) && isChosen(name))
  const items: Item[] = common.map((name) => ({ name, task: name, sides }))
  for (const job of jobs.filter((job) => isChosen(describeJob(job)))) {
    const { sides } = await startBoth('contestant.ts', JSON.stringify(job))
    items.push({ name: describeJob(job), task: '', sides })
  }
  return items
}

function commandIn(folder: string, script: string, ...options: readonly string[]): Command {
  return { file: process.execPath, arguments: [join(folder, 'bench', script), ...options] }
}

/** Compares the shortest runs, including those of an earlier comparison. */
async function changeOf({ name, task, sides }: Item, earlier?: Change): Promise<Change> {
  process.stderr.write(`${name} …\n`)
  const shortest = earlier
    ? [earlier.milliseconds, earlier.millisecondsBefore]
    : sides.map(() => Number.POSITIVE_INFINITY)
  const order = [...sides.keys()]
  let runs = leastRuns
  for (let turn = 0; turn < turns; turn++) {
    for (const side of order) {
      const { milliseconds } = await sides[side].take(runs, task)
      shortest[side] = Math.min(shortest[side], ...milliseconds)
    }
    order.reverse()
    runs = Math.max(leastRuns, Math.min(mostRuns, Math.round(turnMilliseconds / Math.min(...shortest))))
  }
  const [milliseconds, millisecondsBefore] = shortest
  return { name, milliseconds, millisecondsBefore, repetitions: earlier ? earlier.repetitions + 1 : 0 }
}

/** Returns a table of the changes, and what became slower. */
export function describeChanges(changes: readonly Change[], baseline: string): string {
  const rows = changes.map((change) => [
    change.name,
    digits(change.milliseconds),
    digits(change.millisecondsBefore),
    digits(speedOf(change)),
  ])
  const mean = Math.exp(changes.reduce((sum, change) => sum + Math.log(speedOf(change)), 0) / changes.length)
  const slower = changes.filter((change) => speedOf(change) < tolerableSpeed)
  return [
    tableOf(['', 'ms', `ms in ${baseline}`, 'speed'], rows),
    `geometric mean of the speeds: ${digits(mean)} times those of ${baseline}`,
    slower.length > 0 ? 'slower:' : 'nothing is slower',
    ...slower.map((change) => `  ${change.name}: ${digits(speedOf(change))} times as fast as before`),
    '',
  ].join('\n')
}
