import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { openExecutor } from '../../../engine/index.ts'
import {
  compareMethods,
  type Environment,
  environmentOf,
  openRecipe,
  type RunRecipe,
  readRecipe,
  recipeText,
  resolveHyperparameters,
  resolveRunRecipe,
  run,
  type WrittenRecipe,
} from '../../../train/index.ts'
import { temporaryFolder } from '../temporaryFolder.ts'

let environment: Environment
beforeAll(async () => {
  environment = environmentOf(await openExecutor('auto'))
})

const alone: WrittenRecipe = {
  dataset: 'synthetic',
  student: { model: 'resnet8' },
  method: { name: 'alone' },
  training: { epochs: 1, batchSize: 8 },
  limit: 16,
  seed: 7,
}

async function runRecipe(recipe: RunRecipe, folder: string) {
  return run({ ...(await openRecipe(recipe)), folder, environment })
}

/** The recipe that a run has left. */
async function savedIn(folder: string): Promise<RunRecipe> {
  return resolveRunRecipe(await readRecipe(join(folder, 'recipe.yaml')))
}

describe('openRecipe', () => {
  it('should give a run that leaves the same recipe, by which it can be run again', async () => {
    const folder = await temporaryFolder()
    const teacher = join(folder, 'teacher')
    await runRecipe(resolveRunRecipe(alone), teacher)

    const recipe = resolveRunRecipe({
      ...alone,
      teacher: { model: 'resnet8', weights: join(teacher, 'last.safetensors') },
      method: { name: 'dtkd', alpha: 2 },
      training: { ...alone.training, momentum: 0.8, milestones: [0], lrDecay: 0.5 },
      augmentation: { padding: 1, flip: true },
      validation: 4,
    })
    const first = join(folder, 'first')
    const { fingerprint, last } = await runRecipe(recipe, first)
    expect(last.lr).toBe(0.025)
    expect(last.validation).toBeDefined()
    expect(await savedIn(first)).toEqual(recipe)
    expect(await readFile(join(first, 'recipe.yaml'), 'utf8')).toBe(recipeText(recipe))

    const again = await runRecipe(await savedIn(first), join(folder, 'second'))
    expect(again.fingerprint).toBe(fingerprint)
    const still = { ...recipe, augmentation: { padding: 0, flip: false } }
    expect((await runRecipe(still, join(folder, 'third'))).fingerprint).not.toBe(fingerprint)
  })

  it('should run again what a comparison has run', async () => {
    const folder = join(await temporaryFolder(), 'comparison')
    const { dataset } = await openRecipe(resolveRunRecipe(alone))
    const hyperparameters = resolveHyperparameters({ epochs: 1, batchSize: 8 })
    const results = await compareMethods({
      folder,
      dataset,
      teacher: { model: 'resnet14', hyperparameters },
      student: { model: 'resnet8', hyperparameters, limit: 8 },
      methods: ['kd'],
      options: { kd: { weight: 0.5 } },
      seed: 3,
      limit: 16,
      environment,
    })
    const saved = await savedIn(join(folder, 'student-kd'))
    expect(saved).toMatchObject({
      teacher: { model: 'resnet14', weights: join(folder, 'teacher', 'last.safetensors') },
      student: { model: 'resnet8' },
      method: { name: 'kd', weight: 0.5 },
      limit: 8,
      seed: 3,
    })
    const again = await runRecipe(saved, join(folder, 'again'))
    expect(again.fingerprint).toBe(results.at(-1)!.fingerprint)
    expect(await savedIn(join(folder, 'teacher'))).toMatchObject({ method: { name: 'alone' }, limit: 16 })
  })

  it('should find a teacher in a folder of teachers, and say what is missing', async () => {
    const folder = await temporaryFolder()
    const recipe = resolveRunRecipe({ ...alone, teacher: { model: 'resnet8' }, method: { name: 'kd' } })
    await expect(openRecipe(recipe)).rejects.toThrow(
      'teacher.weights: the method kd needs a trained resnet8: give --teacher-weights or --teachers, or let ',
    )
    await expect(openRecipe(recipe, { teachers: folder })).rejects.toThrow(
      `${folder}: expected synthetic_resnet8.safetensors or synthetic_resnet8.pth`,
    )
    await expect(openRecipe({ ...recipe, data: 'images' })).rejects.toThrow('synthetic: takes no data')
  })
})
