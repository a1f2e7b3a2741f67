import { InvalidInputError } from '../engine/index.ts'

/**
 * What a step computes of a batch of images 3×32×32, float32. A teacher and a student: a step of DTKD. A student
 * alone: a step of training with cross entropy. A teacher alone: its logits, in evaluation mode.
 */
export interface Job {
  readonly teacher?: string
  readonly student?: string
  readonly batch: number
}

/** The networks of a job, by the names that the command line knows. The first is the measure of the project. */
const networks: Readonly<Record<string, Omit<Job, 'batch'>>> = {
  dtkd: { teacher: 'resnet32x4', student: 'resnet8x4' },
  train: { student: 'resnet8x4' },
  evaluate: { teacher: 'resnet32x4' },
  resnet20: { student: 'resnet20' },
  wrn_16_2: { student: 'wrn_16_2' },
  ResNet50: { student: 'ResNet50' },
  MobileNetV2: { student: 'MobileNetV2' },
  ShuffleV1: { student: 'ShuffleV1' },
}

export const jobNames: readonly string[] = Object.keys(networks)

export function jobOf(name: string, batch: number): Job {
  if (!Object.hasOwn(networks, name)) {
    throw new InvalidInputError(`job: expected one of ${jobNames.join(', ')}, got '${name}'`)
  }
  return { ...networks[name], batch }
}

/** A job in words. */
export function describeJob({ teacher, student, batch }: Job): string {
  const work = [teacher && `${teacher} evaluated`, student && `${student} trained`].filter(Boolean)
  return `${work.join(', ')}${teacher && student ? ' with DTKD' : ''}, batch ${batch}`
}
