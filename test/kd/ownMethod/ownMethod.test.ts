import { describe, expect, it, vi } from 'vitest'
import { InvalidInputError } from '../../../base/errors.ts'
import { defineMethod, definitionOf, distiller } from '../../../kd/index.ts'
import {
  distillerFor,
  parseRecipe,
  recipeText,
  resolveHyperparameters,
  resolveRunRecipe,
  train,
} from '../../../train/index.ts'
import { thermograd } from '../../cli/commandLine.ts'
import { tinyLoaders, tinyNetwork } from '../../train/tinyNetwork.ts'
import { own } from './definition.ts'

// A method with an option of each kind stands in the table of methods, and nothing else in thermograd knows it.
vi.mock(import('../../../kd/methods/index.ts'), async (importOriginal) => {
  const { builtInMethods } = await importOriginal()
  const { own } = await import('./definition.ts')
  return { builtInMethods: [...builtInMethods, own] as never }
})

const defaults = {
  measure: 'squared',
  centred: false,
  offset: 0,
  classes: 3,
  warmUp: 20,
  restEpochs: 24,
}

describe('a method of the table', () => {
  it('should have its options checked', () => {
    expect(distiller('own').options).toEqual(defaults)
    const given = { measure: 'absolute', centred: true, offset: -1.5, classes: -1, restEpochs: 0.5 }
    expect(distiller('own', given).options).toEqual({ ...defaults, ...given })
  })

  const refusals: readonly [option: string, value: unknown, expected: string][] = [
    ['measure', 'cubed', "one of squared, absolute, got 'cubed'"],
    ['measure', 1, 'one of squared, absolute, got 1'],
    ['centred', 'yes', "true or false, got 'yes'"],
    ['centred', 0, 'true or false, got 0'],
    ['offset', -10, 'a number in (-10, 10), got -10'],
    ['offset', Number.NaN, 'a number in (-10, 10), got NaN'],
    ['classes', 1.5, 'an integer ≥ -1, got 1.5'],
    ['warmUp', -1, 'a finite number ≥ 0, got -1'],
    ['restEpochs', '3', "a finite number ≥ 0, got '3'"],
  ]

  it.each(refusals)(
    'should refuse %s %j, in code, in files and on the command line',
    async (name, value, expected) => {
      expect(() => distiller('own', { [name]: value })).toThrow(
        new InvalidInputError(`own: expected option ${name} to be ${expected}`),
      )
      const recipe = `dataset: digits\nstudent: { model: resnet8 }\nmethod: { name: own, ${name}: ${yaml(value)} }\n`
      expect(() => parseRecipe(recipe, 'mine.yaml')).toThrow(`: method.${name}: expected ${expected}`)
      const set = `method.${name}=${yaml(value)}`
      const { code, stderr } = await thermograd(['recipes', 'show', 'resnet56-resnet20/own', '--set', set])
      expect(code).not.toBe(0)
      expect(stderr).toContain(`method.${name}: expected ${expected}`)
    },
  )

  it('should be printed with defaults, other values and units', async () => {
    const { stdout } = await thermograd(['methods'])
    expect(stdout.replaceAll(/[\s│]+/g, ' ')).toContain(
      'measure=squared|absolute centred=false|true offset=0 classes=3 warmUp=20 epochs restEpochs=24 of 240 epochs',
    )
    const { methods } = JSON.parse((await thermograd(['methods', '--json'])).stdout)
    expect(methods.at(-1)).toMatchObject({
      name: 'own',
      options: defaults,
      choices: { measure: ['squared', 'absolute'], centred: [true, false] },
    })
  })

  it('should be set on the command line and scaled with the training, and read again as it was written', async () => {
    const set = ['measure=absolute', 'centred=true', 'offset=-1.5'].flatMap((pair) => [
      '--set',
      `method.${pair}`,
    ])
    const command = ['recipes', 'show', 'resnet56-resnet20/own', '--set', 'training.epochs=60', ...set]
    const { stdout } = await thermograd(command)
    const expected = {
      name: 'own',
      ...defaults,
      measure: 'absolute',
      centred: true,
      offset: -1.5,
      restEpochs: 6,
    }
    const recipe = resolveRunRecipe(parseRecipe(stdout, 'shown'))
    expect(recipe.method).toEqual(expected)
    expect(resolveRunRecipe(parseRecipe(recipeText(recipe), 'written'))).toEqual(recipe)
    // Of a file as well, beside the same options for other methods; `--set` counts as it is.
    const longer = { 'training.epochs': 600 }
    expect(resolveRunRecipe(recipe, longer).method).toEqual({ ...expected, restEpochs: 60 })
    expect(resolveRunRecipe(recipe, { ...longer, 'method.restEpochs': 7 }).method).toMatchObject({
      restEpochs: 7,
    })
    const { method: _, ...anyMethod } = recipe
    const forMany = { ...anyMethod, methods: { own: { restEpochs: 6 }, kd: { warmUp: 6 } } }
    expect(resolveRunRecipe(forMany, { ...longer, 'method.name': 'own' }).method).toMatchObject({
      restEpochs: 60,
    })
    expect(resolveRunRecipe(forMany, { ...longer, 'method.name': 'kd' }).method).toMatchObject({ warmUp: 6 })
  })

  it('should be in the schema of recipes, for editors', async () => {
    const schema = JSON.parse((await thermograd(['recipes', 'schema'])).stdout)
    expect(schema.properties.methods.properties.own.properties).toEqual({
      measure: { default: 'squared', type: 'string', enum: ['squared', 'absolute'] },
      centred: { default: false, type: 'boolean', enum: [true, false] },
      offset: { default: 0, type: 'number', exclusiveMinimum: -10, exclusiveMaximum: 10 },
      classes: { default: 3, type: 'number' },
      warmUp: { default: 20, type: 'number', minimum: 0 },
      restEpochs: { default: 24, type: 'number', minimum: 0 },
    })
  })
})

describe("a definition of one's own", () => {
  const { kind: _, ...written } = own
  const mine = defineMethod({ ...written, name: 'mine' })

  it('should be checked, scaled and trained by', async () => {
    const hyperparameters = resolveHyperparameters({ epochs: 2, batchSize: 8 })
    const settled = distillerFor(mine, hyperparameters, { measure: 'absolute', centred: true, offset: -1 })
    expect(settled.method).toBe('mine')
    const options = { ...defaults, measure: 'absolute', centred: true, offset: -1, restEpochs: 0.2 }
    expect(settled.options).toEqual(options)
    const { last } = await train({
      network: tinyNetwork(),
      teacher: tinyNetwork(1),
      method: settled,
      hyperparameters,
      ...tinyLoaders(),
    })
    expect(last.train.match).toBeGreaterThan(0)
  })

  it('should have its options checked', () => {
    const given: object = { offset: -10 }
    expect(() => distiller(mine, given)).toThrow(
      'mine: expected option offset to be a number in (-10, 10), got -10',
    )
    const misspelt: object = { mesure: 'squared' }
    expect(() => distiller(mine, misspelt)).toThrow(
      'mine: unknown option \'mesure\'; did you mean "measure"?',
    )
  })

  it('should come from defineMethod', () => {
    expect(() => definitionOf({ ...mine })).toThrow(
      'method: expected a name or the result of defineMethod, got',
    )
  })

  it.each([
    [
      { ...written, name: 3 },
      'defineMethod: expected definition.name to be a name of letters, digits, dashes and underscores that begins ' +
        'with a letter, got 3',
    ],
    [
      { ...written, build: undefined },
      'defineMethod: expected definition.build to be a function, got undefined',
    ],
    [
      { ...written, options: { weight: 3 } },
      'defineMethod: expected definition.options to be an object whose properties are each an option, such as ' +
        'option.number(1), got an object',
    ],
    [
      { ...written, options: { name: own.options.measure } },
      "defineMethod: own: expected no option named 'name'",
    ],
  ])('should be whole', (wrong, message) => {
    expect(() => defineMethod(wrong as never)).toThrow(new InvalidInputError(message))
  })
})

const yaml = (value: unknown) =>
  Number.isNaN(value) ? '.nan' : typeof value === 'string' ? `'${value}'` : `${value}`
