import { InvalidInputError } from '../engine/index.ts'
import { modelNames } from '../nn/index.ts'

/**
 * The work of a step on a batch of 3×32×32 images in float32. Teacher and student: a step of DTKD. Student alone: a step of
 * training with cross entropy. Teacher alone: its logits, in evaluation mode.
 */
export interface Job {
  readonly teacher?: string | undefined
  readonly student?: string
  readonly batch: number
}

/** The networks of each job, by its name on the command line. The first is the project's benchmark; a network's name means its training. */
const networks: Readonly<Record<string, Omit<Job, 'batch'>>> = {
  dtkd: { teacher: 'resnet32x4', student: 'resnet8x4' },
  train: { student: 'resnet8x4' },
  evaluate: { teacher: 'resnet32x4' },
  ...Object.fromEntries(modelNames.map((name) => [name, { student: name }])),
}

export const jobNames: readonly string[] = Object.keys(networks)

export function jobOf(name: string, batch: number): Job {
  if (!Object.hasOwn(networks, name)) {
    throw new InvalidInputError(`job: expected one of ${jobNames.join(', ')}, got '${name}'`)
  }
  return { ...networks[name], batch }
}

/** Describes a job in words. */
export function describeJob({ teacher, student, batch }: Job): string {
  const work = [teacher && `${teacher} evaluated`, student && `${student} trained`].filter(Boolean)
  return `${work.join(', ')}${teacher && student ? ' with DTKD' : ''}, batch ${batch}`
}
