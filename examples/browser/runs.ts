import type { Learner, Numbers } from './messages.ts'
import type { Setting } from './setting.ts'

/** What the training of a network has come to so far. */
export interface Run {
  readonly who: Learner
  /** Of a student. */
  readonly setting?: Setting
  /** What computes, in words. */
  readonly executor: string
  /** How many there will be. */
  readonly total: number
  readonly steps: Numbers[]
}

/** Percent of the test images that were recognised the last time they were asked for. */
export function accuracyOf({ steps }: Run): number | undefined {
  return steps.findLast(({ accuracy }) => accuracy !== undefined)?.accuracy
}

/** The colour of a run: that of its method, or the teacher's. */
export function colourOf({ setting }: Run): string {
  return setting === undefined ? '--teacher' : `--${setting.method}`
}

/** All steps of all runs as comma-separated values, with every digit. */
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
