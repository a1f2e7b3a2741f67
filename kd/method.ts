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

/** The inputs of a method for one batch: both networks' predictions, labels, epoch and sample indices. */
export interface Lesson {
  readonly student: Predictions
  /** Absent if the method needs no teacher; the logits alone suffice for a `LogitMethod`. */
  readonly teacher?: Predictions | Logits | undefined
  /** [N] int32. */
  readonly labels: Tensor
  /** Counts from 1. */
  readonly epoch: number
  /** The index of each sample in the training set, for methods that keep a memory of it. */
  readonly indices?: Int32Array | undefined
}

const logitsRule = objectWith('predictions of a network, { logits }', { logits: tensorRule })

const lessonRules: Rules<Lesson> = {
  student: logitsRule,
  teacher: optional(logitsRule),
  labels: tensorRule,
  epoch: anyNumber,
  indices: optional(anInstance('an Int32Array', Int32Array)),
}

/** Throws unless every field of the lesson has its type; a method may require more. */
export function checkLesson(lesson: Lesson): void {
  checkFields('method', 'lesson', lesson, lessonRules)
}

const anyMaps = arrayOf(tensorRule)
const maps: Rule = {
  expected: 'an array of one or more tensors',
  allows: (value) => anyMaps.allows(value) && (value as readonly unknown[]).length > 0,
}

const predictionsRule = objectWith('predictions of a network, { logits, features, preactivations, pooled }', {
  logits: tensorRule,
  features: maps,
  preactivations: maps,
  pooled: tensorRule,
})

/** Predictions without features. */
export type Logits = Pick<Predictions, 'logits'>

/** A lesson with a teacher whose predictions are detached. */
export type TaughtLesson = Lesson & { readonly teacher: Predictions }

/** A lesson with the teacher's detached logits alone. */
export type LogitLesson = Lesson & { readonly teacher: Logits }

/**
 * A distillation method: a module whose `forward` computes the loss of a lesson. It is built for a pair of networks.
 * Its parameters, if any (connectors, regressors, embeddings), are trained together with the student's; its buffers
 * (memories) change with each lesson.
 */
export abstract class Method extends Module<Loss | Distillation, Lesson> {
  /** The statistics with which the teacher's batch norm normalises: running ones or, as in training, the batch's. */
  readonly teacherStatistics: 'running' | 'batch' = 'running'

  override forward(lesson: Lesson): Loss | Distillation {
    checkLesson(lesson)
    const { teacher } = lesson
    demand(teacher !== undefined, () => "method: expected the teacher's predictions, got none")
    demand('features' in teacher, () => "method: expected the teacher's features, got only its logits")
    check('method', 'lesson.student', lesson.student, predictionsRule)
    check('method', 'lesson.teacher', teacher, predictionsRule)
    return this.loss({ ...lesson, teacher: withoutGradient(teacher) })
  }

  protected abstract loss(lesson: TaughtLesson): Loss | Distillation
}

/** A method that uses only the teacher's logits, which may therefore come from a cache. */
export abstract class LogitMethod extends Method {
  override forward(lesson: Lesson): Loss | Distillation {
    checkLesson(lesson)
    const { teacher } = lesson
    demand(teacher !== undefined, () => "method: expected the teacher's logits, got none")
    return this.loss({ ...lesson, teacher: { logits: teacher.logits.detach() } })
  }

  protected abstract override loss(lesson: LogitLesson): Loss | Distillation
}

/** The networks for which a method is built, and their training set. */
export interface NetworkPair {
  readonly student: Network
  /** Absent if the method needs no teacher. */
  readonly teacher?: Network | undefined
  /** The shape of an image: [C, H, W]. */
  readonly image: Shape
  /** The class of every training image, in the order of `Lesson.indices`. */
  readonly trainingLabels?: Int32Array
  /** Seed of the method's initial weights and of its random draws. Default 0. */
  readonly seed?: number | undefined
}

export type TaughtPair = NetworkPair & { readonly teacher: Network }

function withoutGradient({ logits, features, preactivations, pooled }: Predictions): Predictions {
  const cut = (maps: readonly Tensor[]) => maps.map((map) => map.detach())
  return {
    logits: logits.detach(),
    features: cut(features),
    preactivations: cut(preactivations),
    pooled: pooled.detach(),
  }
}
