import {
  anInstance,
  anyNumber,
  arrayOf,
  check,
  checkFields,
  objectWith,
  optional,
  type Rule,
  type Rules,
} from '../base/arguments.ts'
import { demand } from '../base/errors.ts'
import type { Shape, Tensor } from '../engine/index.ts'
import { tensorRule } from '../nn/arguments.ts'
import { Module, type Network, type Predictions } from '../nn/index.ts'
import type { Distillation, Loss } from './distillation.ts'
import type { OptionRecord, SettingsOf } from './options.ts'

/** What the networks predict for a batch, and what else is known of it. */
export interface Lesson {
  readonly student: Predictions
  /** Left out where the method needs no teacher; the logits alone suffice for a `LogitMethod`. */
  readonly teacher?: Predictions | Logits
  /** [N] int32. */
  readonly labels: Tensor
  /** Counts from 1. */
  readonly epoch: number
  /** The number of each sample among the training images: for methods that remember every one. */
  readonly indices?: Int32Array
}

const logitsRule = objectWith('what a network predicts, with its logits', { logits: tensorRule })

const lessonRules: Rules<Lesson> = {
  student: logitsRule,
  teacher: optional(logitsRule),
  labels: tensorRule,
  epoch: anyNumber,
  indices: optional(anInstance('an Int32Array', Int32Array)),
}

/** Throws unless every part of the lesson is of its kind; a method may want more of it. */
export function checkLesson(lesson: Lesson): void {
  checkFields('method', 'lesson', lesson, lessonRules)
}

const anyMaps = arrayOf(tensorRule)
const maps: Rule = {
  expected: 'an array of one or more tensors',
  allows: (value) => anyMaps.allows(value) && (value as readonly unknown[]).length > 0,
}

const predictionsRule = objectWith('what a network predicts, { logits, features, preactivations, pooled }', {
  logits: tensorRule,
  features: maps,
  preactivations: maps,
  pooled: tensorRule,
})

/** What is left of predictions where nobody looks at features. */
export type Logits = Pick<Predictions, 'logits'>

/** A lesson with a teacher, from whose predictions no gradient flows back. */
export type TaughtLesson = Lesson & { readonly teacher: Predictions }

/** The same, of which only the teacher's logits are known. */
export type LogitLesson = Lesson & { readonly teacher: Logits }

/**
 * A way to train a student: a module whose `forward` is the loss of a lesson. It is built for a pair of networks; its
 * parameters, if it has any (connectors, regressors, embeddings), are trained beside the student's, and its buffers
 * (memories) change with each lesson.
 */
export abstract class Method extends Module<Loss | Distillation, Lesson> {
  /** What the teacher's batch norm scales by: its running statistics, or as in training those of the batch. */
  readonly teacherStatistics: 'running' | 'batch' = 'running'

  override forward(lesson: Lesson): Loss | Distillation {
    checkLesson(lesson)
    const { teacher } = lesson
    demand(teacher !== undefined, () => "method: expected the teacher's predictions, got none")
    demand('features' in teacher, () => "method: expected the teacher's features too, got its logits alone")
    check('method', 'lesson.student', lesson.student, predictionsRule)
    check('method', 'lesson.teacher', teacher, predictionsRule)
    return this.loss({ ...lesson, teacher: withoutGradient(teacher) })
  }

  protected abstract loss(lesson: TaughtLesson): Loss | Distillation
}

/** A method that looks at nothing of the teacher but its logits: they may come from wherever they are known. */
export abstract class LogitMethod extends Method {
  override forward(lesson: Lesson): Loss | Distillation {
    checkLesson(lesson)
    const { teacher } = lesson
    demand(teacher !== undefined, () => "method: expected the teacher's logits, got none")
    return this.loss({ ...lesson, teacher: { logits: teacher.logits.detach() } })
  }

  protected abstract override loss(lesson: LogitLesson): Loss | Distillation
}

/** For what a method is built. */
export interface NetworkPair {
  readonly student: Network
  /** Left out where the method needs no teacher. */
  readonly teacher?: Network
  /** The shape of an image: [C, H, W]. */
  readonly image: Shape
  /** The class of every training image, in the order of `Lesson.indices`. */
  readonly trainingLabels?: Int32Array
  /** Names the initial weights of what the method trains, and what it draws. Default 0. */
  readonly seed?: number
}

export type TaughtPair = NetworkPair & { readonly teacher: Network }

/** All there is to say of a method but its name. */
export interface Definition<Options extends OptionRecord = OptionRecord> {
  /** One sentence for a table or a help text. */
  readonly description: string
  /** Who, when, where. */
  readonly paper: string
  readonly options: Options
  /** Whether it learns from a teacher. Default true. */
  readonly needsTeacher?: boolean
  /** Whether it looks at more of the teacher than its logits. Default true. */
  readonly needsFeatures?: boolean
  /** The method with these values for its options; the pair has a teacher if the method needs one. */
  build(settings: SettingsOf<Options>, pair: TaughtPair): Method
}

/** A method of one's own; those of thermograd get their names in a table. */
export interface NamedDefinition<Options extends OptionRecord = OptionRecord> extends Definition<Options> {
  readonly name: string
}

function withoutGradient({ logits, features, preactivations, pooled }: Predictions): Predictions {
  const cut = (maps: readonly Tensor[]) => maps.map((map) => map.detach())
  return {
    logits: logits.detach(),
    features: cut(features),
    preactivations: cut(preactivations),
    pooled: pooled.detach(),
  }
}
