import { demand } from '../engine/errors.ts'
import type { Tensor } from '../engine/index.ts'
import { crossEntropy } from '../nn/crossEntropy.ts'
import type { Distillation, Loss } from './distillation.ts'
import { dkd, dkdDefaults } from './dkd.ts'
import { dtkd, dtkdDefaults } from './dtkd.ts'
import { kd, kdDefaults } from './kd.ts'
import { resolveOptions } from './options.ts'

/** A way to train a student, its options settled. */
export interface Distiller {
  readonly method: Method
  /** One sentence for a table or a help text. */
  readonly description: string
  /** Whether `loss` wants the teacher's logits. */
  readonly needsTeacher: boolean
  /** Every option with its value. */
  readonly options: Settings
  /** The loss of one batch in an epoch, counting from 1. */
  loss(batch: DistillerBatch): Loss | Distillation
}

export interface DistillerBatch {
  /** [N, K]. */
  studentLogits: Tensor
  /** [N, K]; left out where the method needs no teacher. */
  teacherLogits?: Tensor
  /** [N] int32. */
  labels: Tensor
  /** Default: any warm-up is over. */
  epoch?: number | Tensor
}

interface Recipe {
  readonly description: string
  readonly needsTeacher: boolean
  settle(method: string, given: object): Pick<Distiller, 'options' | 'loss'>
}

export type Method = keyof typeof recipes

const recipes = {
  alone: {
    description: 'the student alone: cross entropy, no teacher',
    needsTeacher: false,
    settle: (method, given) => ({
      options: resolveOptions(method, {}, given),
      loss: ({ studentLogits, labels }) => alone(studentLogits, labels),
    }),
  },
  kd: recipe('knowledge distillation, one temperature for all', kd, kdDefaults),
  dkd: recipe('decoupled knowledge distillation: target and other classes apart', dkd, dkdDefaults),
  dtkd: recipe('dynamic temperatures as published', dtkd, dtkdDefaults),
  'dtkd-exact': recipe('dynamic temperatures of equal sharpness', dtkd, dtkdDefaults, {
    temperatures: 'exact',
  }),
  'dkd-dtkd': recipe('decoupled distillation at the published dynamic temperatures', dkd, dkdDefaults, {
    temperatures: 'published',
  }),
  'dkd-dtkd-exact': recipe('decoupled distillation at temperatures of equal sharpness', dkd, dkdDefaults, {
    temperatures: 'exact',
  }),
} satisfies Record<string, Recipe>

/** The names of all methods. */
export const distillerNames = Object.keys(recipes) as Method[]

/**
 * A method by name, its options the paper's defaults but for those given. Throws `InvalidInputError` for an unknown
 * name, an option that the method does not have or a value that it cannot have.
 */
export function distiller(method: string, options: object = {}): Distiller {
  demand(isMethod(method), () => `expected a method out of ${distillerNames.join(', ')}, got '${method}'`)
  const { description, needsTeacher, settle } = recipes[method]
  return { method, description, needsTeacher, ...settle(method, options) }
}

function isMethod(method: string): method is Method {
  return Object.hasOwn(recipes, method)
}

/** Training without a teacher: the cross entropy of the student's logits [N, K] with labels [N] int32. */
export function alone(studentLogits: Tensor, labels: Tensor): Loss {
  const loss = crossEntropy(studentLogits, labels)
  return { loss, terms: { crossEntropy: loss } }
}

type Settings = Readonly<Record<string, number | string>>

function recipe<Defaults extends Settings>(
  description: string,
  loss: (
    studentLogits: Tensor,
    teacherLogits: Tensor,
    labels: Tensor,
    options: Defaults & Pick<DistillerBatch, 'epoch'>,
  ) => Distillation,
  defaults: Defaults,
  ownDefaults: Partial<Defaults> = {},
): Recipe {
  return {
    description,
    needsTeacher: true,
    settle(method, given) {
      const options = resolveOptions(method, { ...defaults, ...ownDefaults }, given)
      return {
        options,
        loss({ studentLogits, teacherLogits, labels, epoch }) {
          demand(teacherLogits !== undefined, () => `${method}: expected the teacher's logits, got none`)
          return loss(studentLogits, teacherLogits, labels, { ...options, epoch })
        },
      }
    },
  }
}
