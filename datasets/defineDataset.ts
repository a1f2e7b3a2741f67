import {
  aFunction,
  checkExactly,
  count,
  objectWith,
  optional,
  positive,
  type Rules,
  text,
} from '../base/arguments.ts'
import { asDefinition, nameRule } from '../base/registry.ts'
import type { Dataset } from './dataset.ts'
import type { SyntheticOptions } from './synthetic.ts'

/** The usual networks and settings of a distillation on a data set. */
export interface UsualTraining {
  /** Names of networks. */
  readonly teacher: string
  readonly student: string
  /** Epochs of a network that sees all training images. */
  readonly epochs: number
  readonly studentEpochs: number
  readonly batchSize: number
  readonly lr: number
  /** Number of training images for students; the teacher sees all. Default: all. */
  readonly studentImages?: number | undefined
}

interface About<Name extends string> {
  readonly kind: 'dataset'
  readonly name: Name
  /** What its images are, how many, their shape and the number of classes. */
  readonly description: string
  /** Default: the published settings for CIFAR-100. */
  readonly training?: UsualTraining | undefined
}

/** A data set that is opened from a path, or one that needs none; `defineDataset` returns its definition. */
export type DatasetDefinition<Name extends string = string> = About<Name> &
  (
    | {
        /** What `data` must be the path of, and where to get it. */
        readonly data: { readonly what: string; readonly source: string }
        open(path: string): Dataset | Promise<Dataset>
      }
    | {
        readonly data?: undefined
        /** Why it needs no path. Default: its images are computed. */
        readonly reason?: string | undefined
        open(options: { readonly synthetic?: SyntheticOptions | undefined }): Dataset | Promise<Dataset>
      }
  )

/** A definition as it is written. */
export type WrittenDataset<Name extends string> =
  DatasetDefinition<Name> extends infer Either
    ? Either extends DatasetDefinition<Name>
      ? Omit<Either, 'kind'>
      : never
    : never

const trainingRules: Rules<UsualTraining> = {
  teacher: text,
  student: text,
  epochs: count,
  studentEpochs: count,
  batchSize: count,
  lr: positive,
  studentImages: optional(count),
}

const rules = {
  name: nameRule,
  description: text,
  training: optional(objectWith('usual settings { teacher, student, epochs, … }', trainingRules)),
  data: optional(objectWith('{ what, source }', { what: text, source: text })),
  reason: optional(text),
  open: aFunction,
}

/**
 * Defines a data set. With `data`, `open` gets the path that a recipe or `--data` names; without, it gets nothing. A module
 * that exports the result gives it a name on the command line and in recipes (`--module`). Throws for an unknown or wrong
 * field.
 */
export function defineDataset<const Name extends string>(
  written: WrittenDataset<Name>,
): DatasetDefinition<Name> {
  checkExactly<object>('defineDataset', 'definition', written, rules)
  return asDefinition({ ...written, kind: 'dataset' })
}
