import { z } from 'zod'
import { numberFrom, objectOf, oneOf, wholeFrom } from '../../base/files/schemaMistakes.ts'
import { nearestFirst } from '../../base/suggestions.ts'
import { datasetNames } from '../../datasets/index.ts'
import { modelNamed, modelNames } from '../../nn/index.ts'
import { publishedHyperparameters } from '../loop/hyperparameters.ts'
import { methodWithOptions, optionsByMethod } from './methodOptions.ts'
import type { WrittenRecipe } from './runRecipe.ts'

const path = z.string('a path').min(1, 'a path')

/** Schema of the name of a network, in thermograd or mdistiller. */
export const model = z
  .string(`a network: ${modelNames.join(', ')}`)
  .refine((name) => modelNamed(name) !== undefined, {
    error: ({ input }) => `one of ${nearestFirst(input as string, modelNames).join(', ')}`,
  })
  .meta({ enum: [...modelNames] })

const ascending = 'integers ≥ 0 in ascending order'

export const trainingShape = {
  epochs: wholeFrom(1),
  batchSize: wholeFrom(1),
  dropLast: z.boolean('true or false'),
  lr: numberFrom(0),
  momentum: numberFrom(0),
  weightDecay: numberFrom(0),
  milestones: z
    .array(z.int(ascending).min(0, ascending), ascending)
    .refine((epochs) => epochs.every((epoch, index) => index === 0 || epoch >= epochs[index - 1]), ascending),
  lrDecay: numberFrom(0),
  dot: numberFrom(0),
}

const training = objectOf(trainingShape)
  .partial()
  .refine(({ dot = 0, momentum = publishedHyperparameters.momentum }) => dot <= momentum, {
    path: ['dot'],
    error: 'at most the momentum',
  })

/** Schema of a recipe file. */
export const writtenRecipe = objectOf({
  dataset: oneOf(datasetNames),
  data: path.optional(),
  teacher: objectOf({ model, weights: path.optional() }).optional(),
  student: objectOf({ model }),
  method: methodWithOptions.optional(),
  methods: optionsByMethod.optional(),
  training: training.optional(),
  augmentation: objectOf({ padding: wholeFrom(0), flip: z.boolean('true or false') }).optional(),
  validation: wholeFrom(1).optional(),
  limit: wholeFrom(1).optional(),
  seed: wholeFrom(0).optional(),
}) satisfies z.ZodType<WrittenRecipe>

/** Returns the schema of recipe files as JSON Schema, for completion and checks in editors. */
export function recipeSchema(): object {
  return z.toJSONSchema(writtenRecipe)
}
