import fc from 'fast-check'
import { datasetNames } from '../../../datasets/index.ts'
import { definitionOf, distiller, distillerNames, type Option } from '../../../kd/index.ts'
import { modelNames } from '../../../nn/index.ts'
import type { RunRecipe } from '../../../train/index.ts'

/** Numbers that methods and trainings take, some of them small whole ones. */
const numbers = fc.oneof(
  fc.nat({ max: 10 }),
  fc.double({ min: 0, max: 1e6, noNaN: true, noDefaultInfinity: true }),
)

const model = fc.constantFrom(...modelNames)

/** Any text that a path may be, with what YAML has meanings for. */
const path = fc.oneof(
  fc.string({ minLength: 1 }),
  fc.constantFrom(
    'true',
    '0x10',
    '1e3',
    'null',
    '~',
    '- a',
    'a: b',
    '#',
    ' a ',
    'a\nb',
    '\ttab',
    '*a',
    '&a',
    '!a',
    '…/ü',
    "'",
    '"',
  ),
)

/** A value that an option can have. */
function optionValue({ values, allows }: Option): fc.Arbitrary<number | string | boolean> {
  return values ? fc.constantFrom(...values) : numbers.map((value) => [value, 0.5, 3].find(allows)!)
}

const method: fc.Arbitrary<RunRecipe['method']> = fc
  .constantFrom(...distillerNames)
  .chain((name) =>
    fc
      .record(
        Object.fromEntries(
          Object.entries(definitionOf(name).options).map(([option, about]) => [option, optionValue(about)]),
        ),
      )
      .map((options) => ({ name, ...options })),
  )

const trainingNumbers = fc.record({
  epochs: fc.integer({ min: 1, max: 1000 }),
  batchSize: fc.integer({ min: 1, max: 1000 }),
  lr: numbers,
  momentum: fc.double({ min: 0.5, max: 1, noNaN: true }),
  weightDecay: numbers,
  milestones: fc.array(fc.nat({ max: 1000 })).map((epochs) => epochs.sort((a, b) => a - b)),
  lrDecay: numbers,
  dot: fc.double({ min: 0, max: 0.5, noNaN: true }),
})

const training: fc.Arbitrary<RunRecipe['training']> = fc
  .tuple(trainingNumbers, fc.boolean())
  .map(([numbers, dropLast]) => ({ ...numbers, ...(dropLast && { dropLast }) }))

const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })

/** Any recipe with nothing left open. */
export function runRecipe(): fc.Arbitrary<RunRecipe> {
  return fc
    .record({
      dataset: fc.constantFrom(...datasetNames),
      data: optional(path),
      teacher: fc.record({ model, weights: optional(path) }),
      student: fc.record({ model }),
      method,
      training,
      augmentation: optional(fc.record({ padding: fc.nat({ max: 8 }), flip: fc.boolean() })),
      validation: optional(fc.integer({ min: 1 })),
      limit: optional(fc.integer({ min: 1 })),
      seed: fc.nat(),
    })
    .map((recipe) => ({
      ...recipe,
      teacher: distiller(recipe.method.name).needsTeacher ? recipe.teacher : undefined,
    }))
}
