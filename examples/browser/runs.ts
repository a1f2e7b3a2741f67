import type { Learner, Numbers } from './messages.ts'
import type { Setting } from './setting.ts'

/** The training of a network so far. */
export interface Run {
  readonly who: Learner
  /** The setting, for a student. */
  readonly setting?: Setting | undefined
  /** Description of the executor. */
  readonly executor: string
  /** Number of steps in total. */
  readonly total: number
  readonly steps: Numbers[]
}

/** Returns the latest accuracy on the test images, in percent. */
export function accuracyOf({ steps }: Run): number | undefined {
  return steps.findLast(({ accuracy }) => accuracy !== undefined)?.accuracy
}

/** Returns the colour of a run: that of its method, or the teacher's. */
export function colourOf({ setting }: Run): string {
  return setting === undefined ? '--teacher' : `--${setting.method}`
}

/** Returns all steps of all runs as comma-separated values, at full precision. */
export function csvOf(runs: readonly Run[]): string {
  const header = 'run,network,method,referenceTemperature,executor,step,loss,testAccuracy'
  const lines = runs.flatMap(({ who, setting, executor, steps }, run) =>
    steps.map(({ step, loss, accuracy }) =>
      [
        run,
        who,
        setting?.method,
        setting?.referenceTemperature,
        JSON.stringify(executor),
        step,
        loss,
        accuracy,
      ].join(),
    ),
  )
  return `${[header, ...lines].join('\n')}\n`
}
