import { describe, expect, it } from 'vitest'
import { distillerNames } from '../../../kd/index.ts'
import { createModel } from '../../../nn/index.ts'
import {
  distillerFor,
  parseRecipe,
  publishedRecipe,
  publishedRecipeNames,
  readRecipe,
  recipeText,
  resolveRunRecipe,
} from '../../../train/index.ts'

/** The pairs whose maps no KDSVD can compare. */
const withoutKdsvd = [
  'resnet32x4-ShuffleV1',
  'resnet32x4-ShuffleV2',
  'ResNet50-MobileNetV2',
  'vgg13-MobileNetV2',
  'wrn_40_2-ShuffleV1',
]

/** Section 5 of the digest of the paper: learning rate, and α and β of DTKD; β of DKD in mdistiller's configurations. */
const table: Readonly<Record<string, readonly [number, number, number, number]>> = {
  'resnet56-resnet20': [0.05, 1, 0.5, 2],
  'resnet110-resnet32': [0.05, 1, 0.5, 2],
  'resnet32x4-resnet8x4': [0.05, 3, 1, 8],
  'wrn_40_2-wrn_16_2': [0.05, 3, 1, 6],
  'wrn_40_2-wrn_40_1': [0.05, 1, 0.5, 6],
  'vgg13-vgg8': [0.05, 3, 1, 6],
  'resnet32x4-ShuffleV1': [0.01, 3, 1, 8],
  'resnet32x4-ShuffleV2': [0.01, 3, 1, 8],
  'wrn_40_2-ShuffleV1': [0.01, 2, 0.5, 8],
  'vgg13-MobileNetV2': [0.01, 3, 1, 6],
  'ResNet50-MobileNetV2': [0.01, 3, 2, 8],
}

describe('the published recipes', () => {
  it('should be the eleven pairs', async () => {
    expect((await publishedRecipeNames()).sort()).toEqual(Object.keys(table).sort())
  })

  describe.each(Object.entries(table))('of %s', (name, [lr, alpha, beta, dkdBeta]) => {
    it('should have the numbers of the configurations', async () => {
      const { dataset, teacher, student, training, augmentation } = await publishedRecipe(name)
      expect(`${teacher?.model}-${student.model}`).toBe(name)
      expect(dataset).toBe('cifar100')
      expect(training).toEqual({
        epochs: 240,
        batchSize: 64,
        lr,
        momentum: 0.9,
        weightDecay: 5e-4,
        milestones: [150, 180, 210],
        lrDecay: 0.1,
      })
      expect(augmentation).toEqual({ padding: 4, flip: true })
      const methodOf = async (method: string) =>
        resolveRunRecipe(await readRecipe(`${name}/${method}`)).method
      expect(await methodOf('dtkd')).toMatchObject({ alpha, beta, referenceTemperature: 4, warmUp: 20 })
      expect(await methodOf('dtkd-exact')).toMatchObject({ alpha, beta, temperatures: 'exact' })
      for (const method of ['dkd', 'dkd-dtkd', 'dkd-dtkd-exact'])
        expect(await methodOf(method)).toMatchObject({ alpha: 1, beta: dkdBeta, warmUp: 20 })
    })

    it('should be a run by each method: its text reads the same, and its method fits both networks', async () => {
      const image = [3, 32, 32]
      const trainingLabels = Int32Array.from({ length: 200 }, (_, i) => i % 100)
      const networkOf = (model: string) => createModel(model, { channels: 3, classes: 100 })
      const { teacher, student } = await publishedRecipe(name)
      const pair = {
        teacher: networkOf(teacher!.model),
        student: networkOf(student.model),
        image,
        trainingLabels,
      }
      for (const method of distillerNames) {
        const recipe = resolveRunRecipe(await readRecipe(`${name}/${method}`))
        expect(recipe.method.name).toBe(method)
        expect(resolveRunRecipe(parseRecipe(recipeText(recipe), name))).toEqual(recipe)
        const few = method === 'crd' ? { negatives: 8 } : {}
        const { name: _, ...options } = recipe.method
        const build = () => distillerFor(method, recipe.training, { ...options, ...few }).build(pair)
        if (method === 'kdsvd' && withoutKdsvd.includes(name)) expect(build).toThrow('kdsvd: expected')
        else expect(build).not.toThrow()
      }
    })
  })
})

describe('readRecipe', () => {
  it.each([
    [
      'resnet56-resnet2',
      'resnet56-resnet2: there is no file or recipe of this name; did you mean "resnet56-resnet20"?',
    ],
    ['resnet56-resnet20/dtk', 'resnet56-resnet20/dtk: there is no such method; did you mean "dtkd"?'],
    ['resnet56-resnet20/dtkd/x', 'resnet56-resnet20/dtkd/x: there is no file or recipe of this name'],
    [
      'nothing/like/it.yaml',
      'nothing/like/it.yaml: there is no file or recipe of this name; expected one of ',
    ],
  ])('should say what %s may have meant', async (name, message) => {
    await expect(readRecipe(name)).rejects.toThrow(message)
  })
})
