import { z } from 'zod'
import { arrayOf, check, path as pathRule } from '../../base/arguments.ts'
import { numberFrom, objectOf, oneOf, wholeFrom } from '../../base/files/schemaMistakes.ts'
import type { Registry } from '../../base/registry.ts'
import { nearestFirst } from '../../base/suggestions.ts'
import type { NetworkDefinition } from '../../nn/index.ts'
import { type Catalogue, catalogueOf } from '../catalogue/catalogue.ts'
import { publishedHyperparameters } from '../loop/hyperparameters.ts'
import { methodWithOptions, optionsByMethod } from './methodOptions.ts'
import type { WrittenRecipe } from './runRecipe.ts'

const path = z.string('a path').min(1, 'a path')

/** Returns the schema of the name of a network. */
export function modelIn(networks: Registry<NetworkDefinition>) {
  const { names } = networks
  return z
    .string(`a network: ${names.join(', ')}`)
    .refine((name) => networks.find(name) !== undefined, {
      error: ({ input }) => `one of ${nearestFirst(input as string, names).join(', ')}`,
    })
    .meta({ enum: [...names] })
}

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

/** One path of a module, or several. */
export const moduleSchema = z.union([path, z.array(path)], 'the path of a module, or a list of paths')

/** Returns the schema of a recipe file whose names are in a catalogue. */
export function writtenRecipeIn(catalogue: Catalogue) {
  const known = schemas.get(catalogue) ?? newSchema(catalogue)
  schemas.set(catalogue, known)
  return known
}

const schemas = new WeakMap<Catalogue, ReturnType<typeof newSchema>>()

function newSchema({ networks, methods, datasets }: Catalogue) {
  const model = modelIn(networks)
  return objectOf({
    dataset: oneOf(datasets.names),
    data: path.optional(),
    module: moduleSchema.optional(),
    teacher: objectOf({ model, weights: path.optional() }).optional(),
    student: objectOf({ model }),
    method: methodWithOptions(methods).optional(),
    methods: optionsByMethod(methods).optional(),
    training: training.optional(),
    augmentation: objectOf({ padding: wholeFrom(0), flip: z.boolean('true or false') }).optional(),
    validation: wholeFrom(1).optional(),
    limit: wholeFrom(1).optional(),
    seed: wholeFrom(0).optional(),
  }) satisfies z.ZodType<WrittenRecipe>
}

/**
 * Returns the schema of recipe files as JSON Schema, for completion and checks in editors. It knows the names that some
 * modules define, which have been loaded.
 */
export function recipeSchema(modules: readonly string[] = []): object {
  check('recipeSchema', 'modules', modules, arrayOf(pathRule))
  return z.toJSONSchema(writtenRecipeIn(catalogueOf(modules)))
}
