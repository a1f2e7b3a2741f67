import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseRecipe, recipeText, resolveRunRecipe } from '../../../train/index.ts'
import { runRecipe } from './arbitraries.ts'

describe('a recipe with nothing left open', () => {
  it('should be the same when its text is read again', () => {
    fc.assert(
      fc.property(runRecipe(), (recipe) => {
        expect(resolveRunRecipe(parseRecipe(recipeText(recipe), 'recipe.yaml'))).toEqual(recipe)
      }),
    )
  })

  it('should be the same when it has been a line of JSON', () => {
    fc.assert(
      fc.property(runRecipe(), (recipe) => {
        const line = JSON.stringify(recipe)
        expect(resolveRunRecipe(parseRecipe(line, 'line'))).toEqual(recipe)
        expect(resolveRunRecipe(JSON.parse(line))).toEqual(recipe)
      }),
    )
  })

  it('should read like one that a person wrote', () => {
    const recipe = resolveRunRecipe({
      dataset: 'digits',
      teacher: { model: 'resnet20', weights: 'teachers/resnet20.pth' },
      student: { model: 'resnet8' },
      method: { name: 'rkd' },
      limit: 100,
    })
    expect(recipeText(recipe)).toBe(`dataset: digits
teacher:
  model: resnet20
  weights: teachers/resnet20.pth
student:
  model: resnet8
method:
  name: rkd
  weight: 1
  crossEntropyWeight: 1
  distanceWeight: 25
  angleWeight: 50
training:
  epochs: 240
  batchSize: 64
  lr: 0.05
  momentum: 0.9
  weightDecay: 0.0005
  milestones: [150, 180, 210]
  lrDecay: 0.1
  dot: 0
limit: 100
seed: 0
`)
  })
})
