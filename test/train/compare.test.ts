import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openExecutor } from '../../engine/index.ts'
import {
  type Comparison,
  compareMethods,
  environmentOf,
  type Result,
  resolveHyperparameters,
} from '../../train/index.ts'
import { temporaryFolder } from './temporaryFolder.ts'
import { tinyDataset } from './tinyNetwork.ts'

const hyperparameters = resolveHyperparameters({ epochs: 2, batchSize: 8 })

async function comparison(given: Partial<Comparison> = {}): Promise<Comparison> {
  return {
    folder: join(await temporaryFolder(), 'run'),
    dataset: tinyDataset(),
    teacher: { model: 'resnet14', hyperparameters },
    student: { model: 'resnet8', hyperparameters, limit: 12 },
    methods: ['alone', 'dtkd'],
    seed: 1,
    environment: environmentOf(await openExecutor('auto')),
    ...given,
  }
}

function scores(results: readonly Result[]) {
  return results.map(({ seconds, ...score }) => score)
}

async function readJson(...path: string[]) {
  return JSON.parse(await readFile(join(...path), 'utf8'))
}

describe('compareMethods', () => {
  it('should train a teacher and a student for each method, each into its folder, and repeat itself', async () => {
    const first = await comparison()
    const results = await compareMethods(first)
    expect(results.map(({ name, model }) => [name, model])).toEqual([
      ['teacher', 'resnet14'],
      ['student-alone', 'resnet8'],
      ['student-dtkd', 'resnet8'],
    ])
    expect((await readJson(first.folder, 'results.json')).results).toEqual(results)
    const config = await readJson(first.folder, 'student-dtkd', 'config.json')
    expect(config.dataset.trainingImages).toBe(12)
    const [{ fingerprint }] = results
    expect(config.teacher).toEqual({
      model: 'resnet14',
      source: join(first.folder, 'teacher', 'last.safetensors'),
      fingerprint,
    })
    expect(config.method).toMatchObject({ name: 'dtkd', alpha: 3, warmUp: 20 })

    expect(scores(await compareMethods(await comparison()))).toEqual(scores(results))

    // The same teacher out of its file teaches the same.
    const weights = join(first.folder, 'teacher', 'last.safetensors')
    const given = await comparison({ teacher: { model: 'resnet14', hyperparameters, weights } })
    const [teacher, ...students] = scores(await compareMethods(given))
    expect(teacher).toEqual({ name: 'teacher', model: 'resnet14', last: results[0].last })
    expect(students).toEqual(scores(results).slice(1))
    expect(existsSync(join(given.folder, 'teacher'))).toBe(false)
  })

  it.each([
    [{ methods: ['alone', 'kdd'] }, /method: expected one of kd, .*, got 'kdd'/],
    [{ methods: ['kd', 'alone', 'kd'] }, /compare: expected each method once, got kd twice/],
    [
      { student: { model: 'resnet9', hyperparameters } },
      /network: expected one of resnet8, .*, got 'resnet9'/,
    ],
    [
      { methods: ['kd', 'at'], teacherCache: { folder: 'logits', precision: 'float32' } as const },
      /^at: this method needs/,
    ],
  ])('should refuse %j before anything is trained', async (given, message) => {
    const refused = await comparison(given)
    await expect(compareMethods(refused)).rejects.toThrow(message)
    expect(existsSync(refused.folder)).toBe(false)
  })
})
