import { publishedTraining } from '../../datasets/builtIn.ts'
import type { DatasetDefinition, UsualTraining } from '../../datasets/index.ts'

/** Returns the usual networks and settings for distillation on a data set: its own, or the published ones for CIFAR-100. */
export function defaultsFor({ training }: DatasetDefinition): UsualTraining {
  return training ?? publishedTraining(240)
}
