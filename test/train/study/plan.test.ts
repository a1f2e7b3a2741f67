import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InvalidInputError } from '../../../base/errors.ts'
import {
  manifestText,
  type PlannedRun,
  parseRecipe,
  plannedRunAt,
  plannedRuns,
  planStudy,
  type RunRecipe,
  readManifest,
  readStudy,
  recipeText,
  resolveRunRecipe,
  type WrittenStudy,
} from '../../../train/index.ts'
import { idOf } from '../../../train/study/manifest.ts'
import { temporaryFolder } from '../temporaryFolder.ts'

const study: WrittenStudy = {
  out: 'runs/table',
  pairs: ['resnet56-resnet20', 'wrn_40_2-wrn_16_2'],
  methods: ['alone', 'kd', { name: 'dtkd', alpha: 3 }],
  seeds: [1, 2],
  set: { data: 'images', training: { epochs: 24 } },
}

async function fileOf(name: string, text: string): Promise<string> {
  const path = join(await temporaryFolder(), name)
  await writeFile(path, text)
  return path
}

describe('the plan of a study', () => {
  it('should hold every pair by every method with every seed, seed by seed', async () => {
    const runs = await planStudy(study)
    expect(runs.map(({ folder }) => folder)).toEqual(
      [1, 2].flatMap((seed) =>
        ['resnet56-resnet20', 'wrn_40_2-wrn_16_2'].flatMap((pair) =>
          ['alone', 'kd', 'dtkd,alpha=3'].map((method) => `runs/table/${pair}/${method}/seed${seed}`),
        ),
      ),
    )
    expect(new Set(runs.map(({ id }) => id)).size).toBe(12)
    expect(runs[2]).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f]{12}$/),
      pair: 'resnet56-resnet20',
      method: 'dtkd,alpha=3',
      recipe: {
        dataset: 'cifar100',
        data: 'images',
        teacher: { model: 'resnet56' },
        student: { model: 'resnet20' },
        // The recipe of the pair says beta, and what all runs share stretches its milestones.
        method: { name: 'dtkd', alpha: 3, beta: 0.5 },
        training: { epochs: 24, milestones: [15, 18, 21], lr: 0.05 },
        seed: 1,
      },
    })
    expect(runs[0].recipe.teacher).toBeUndefined()
  })

  it('should be the same every time', async () => {
    expect(manifestText(await planStudy(study))).toBe(manifestText(await planStudy(structuredClone(study))))
  })

  it('should take recipes out of files, and give two of the same networks names of their own', async () => {
    const text = 'dataset: synthetic\nteacher: { model: resnet14 }\nstudent: { model: resnet8 }\n'
    const recipe = await fileOf('pair.yaml', text)
    const pairs = [recipe, { name: 'other', recipe }]
    const runs = await planStudy({ ...study, pairs, methods: ['kd'], seeds: [0] })
    expect(runs.map(({ pair }) => pair)).toEqual(['resnet14-resnet8', 'other'])
    await expect(planStudy({ ...study, pairs: [recipe, recipe] })).rejects.toThrow(
      'runs/table/resnet14-resnet8/alone/seed1: expected one run for each folder, got 2: ' +
        'give pairs different names (name, recipe), and list each method and each seed once',
    )
  })

  it('should refuse two names for one run, and what a recipe cannot be', async () => {
    const alphaAsPublished = { name: 'dtkd', alpha: 1 } as const
    await expect(planStudy({ ...study, methods: ['dtkd', alphaAsPublished] })).rejects.toThrow(
      'runs/table/resnet56-resnet20/dtkd/seed1 and runs/table/resnet56-resnet20/dtkd,alpha=1/seed1 are the same run: ' +
        'dtkd,alpha=1 is dtkd',
    )
    await expect(planStudy({ ...study, pairs: ['resnet56-resnet21'] })).rejects.toThrow(
      'resnet56-resnet21: there is no file or recipe of this name; did you mean "resnet56-resnet20"?',
    )
    await expect(planStudy({ ...study, seeds: [1, 1] })).rejects.toThrow(
      'expected one run for each folder, got 2',
    )
  })
})

describe('the file of a study', () => {
  it('should be read as it is written', async () => {
    const path = await fileOf(
      'study.yaml',
      'out: runs/table\n' +
        'pairs: [resnet56-resnet20, wrn_40_2-wrn_16_2]\n' +
        'methods: [alone, kd, { name: dtkd, alpha: 3 }]\n' +
        'seeds: [1, 2]\n' +
        'set: { data: images, training: { epochs: 24 } }\n',
    )
    expect(await readStudy(path)).toEqual(study)
  })

  it('should be plannable as the documentation shows it', async () => {
    const documentation = await readFile(join(import.meta.dirname, '../../../docs/studies.md'), 'utf8')
    const [, yaml] = /```yaml\n(.+?)```/s.exec(documentation)!
    const shown = await readStudy(await fileOf('study.yaml', yaml))
    expect(shown.pairs[2]).toEqual({ name: 'mine', recipe: 'mine.yaml' })
    const runs = await planStudy({ ...shown, pairs: shown.pairs.slice(0, 2) })
    expect(runs).toHaveLength(2 * 4 * 5)
    expect(runs.map(({ folder }) => folder)).toContain('runs/table/resnet56-resnet20/dtkd,alpha=2/seed1')
  })

  it.each([
    ['seeds: [1, x]', /4:12: seeds\.1: expected an integer ≥ 0, got 'x'$/],
    ['seeds: []', /4:8: seeds: expected a non-empty list of seeds, got a list$/],
    ['seeds: [1]\nseed: 1', /5:1: seed: unknown key; did you mean "seeds"\?$/],
    [
      'seeds: [1]\nset: { training: { epoch: 3 } }',
      /5:20: set\.training\.epoch: unknown key; did you mean "epochs"\?$/,
    ],
    [
      'seeds: [1]\nset: { seed: 3 }',
      /5:8: set\.seed: unknown key; expected one of dataset, data, training, /,
    ],
  ])('should be refused with line and column: %j', async (end, message) => {
    const path = await fileOf('study.yaml', `out: runs\npairs: [a]\nmethods: [kd]\n${end}\n`)
    await expect(readStudy(path)).rejects.toThrow(message)
  })

  it.each([
    ['kdd', /3:11: methods\.0: expected one of alone, kd, .+, got 'kdd'$/],
    ['{ name: kd, weigth: 2 }', /3:23: methods\.0\.weigth: unknown key; did you mean "weight"\?$/],
    ['{ name: kd, weight: much }', /3:31: methods\.0\.weight: expected .+, got 'much'$/],
  ])('should be refused for a method that is not: %s', async (method, message) => {
    const path = await fileOf('study.yaml', `out: runs\npairs: [a]\nmethods: [${method}]\nseeds: [1]\n`)
    await expect(readStudy(path)).rejects.toThrow(message)
  })
})

describe('the id of a run', () => {
  it('should not depend on the order of keys, at any depth', async () => {
    const [run] = await planStudy(study)
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat()), (draws) => {
        expect(idOf(reordered(run, draws))).toBe(run.id)
      }),
    )
  })

  it('should be that of the run with its recipe as it is written into YAML and JSON', async () => {
    for (const run of await planStudy(study)) {
      expect(idOf(JSON.parse(JSON.stringify(run)))).toBe(run.id)
      const recipe = resolveRunRecipe(parseRecipe(recipeText(run.recipe), 'recipe.yaml'))
      expect(idOf({ ...run, recipe })).toBe(run.id)
    }
  })

  it('should cover everything on the line', async () => {
    const [run] = await planStudy(study)
    const others = [
      { ...run, pair: 'another' },
      { ...run, method: 'another' },
      { ...run, folder: 'another' },
      { ...run, recipe: { ...run.recipe, seed: 7 } },
    ]
    expect(new Set([run, ...others].map(idOf)).size).toBe(5)
  })

  it('should be the SHA-256 of its JSON in alphabetical order, so that manifests outlive versions', () => {
    const training = {
      epochs: 2,
      batchSize: 8,
      lr: 0.05,
      momentum: 0.9,
      weightDecay: 5e-4,
      milestones: [1, 2],
    }
    const recipe: RunRecipe = {
      dataset: 'synthetic',
      student: { model: 'resnet8' },
      method: { name: 'alone' },
      training: { ...training, lrDecay: 0.1, dot: 0 },
      limit: undefined,
      seed: 3,
    }
    const run = { pair: 'pair', method: 'alone', folder: 'runs/pair', recipe }
    expect(idOf(run)).toBe('3e712bdec446')
  })
})

/** The same object with its keys in another order, and so are the objects in it. */
function reordered<T>(value: T, draws: Iterator<number>): T {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const entries = Object.entries(value).map(([key, inner]) => ({
    place: draws.next().value,
    entry: [key, reordered(inner, draws)],
  }))
  return Object.fromEntries(entries.sort((a, b) => a.place - b.place).map(({ entry }) => entry))
}

describe('a manifest', () => {
  it('should hold what was planned', async () => {
    const runs = await planStudy(study)
    const manifest = await readManifest(await fileOf('runs.jsonl', manifestText(runs)))
    expect(plannedRuns(manifest)).toEqual(JSON.parse(JSON.stringify(runs)))
    for (const [index, run] of runs.entries())
      expect(manifestText([plannedRunAt(manifest, index)])).toBe(manifestText([run]))
  })

  it('should be refused where it was changed or is something else', async () => {
    const [run] = await planStudy(study)
    const line = JSON.stringify(run)
    for (const [text, message] of [
      [line.replace('"lr":0.05', '"lr":0.1'), /line 1: expected the id \w+, got \w+: the line was changed/],
      [line.replace('"method":"alone"', '"method":"dtkd"'), /line 1: expected the id \w+, got /],
      [`${line}\n{`, /line 2: expected JSON \(/],
      ['{"id":"0123456789ab"}', 'line 1: pair: expected a text, got nothing'],
      ['3', 'line 1: expected the keys id, pair, method, folder, recipe, got 3'],
      ['null', 'line 1: expected the keys id, pair, method, folder, recipe, got nothing'],
      [signed({ ...run, folder: 3 }), 'line 1: folder: expected a text, got 3'],
      [
        signed({ ...run, recipe: { ...run.recipe, seed: -1.5 } }),
        'line 1: recipe.seed: expected an integer ≥ 0, got -1.5',
      ],
      [
        signed({ ...run, recipe: { ...run.recipe, method: { name: 'kd' } } }),
        'line 1: teacher: the method kd needs one',
      ],
      [
        `${line}\n${line}`,
        /alone\/seed1: expected one run for each folder, got 2: .*runs.jsonl contains a line twice/,
      ],
      [
        `${line}\n${signed({ ...run, folder: 'elsewhere' })}`,
        'and elsewhere are the same run: alone is alone',
      ],
    ] as const) {
      const manifest = await readManifest(await fileOf('runs.jsonl', text))
      expect(() => plannedRuns(manifest)).toThrow(message)
      expect(() => plannedRuns(manifest)).toThrow(InvalidInputError)
    }
  })

  it('should give the run on a line though others are damaged', async () => {
    const [first, second] = await planStudy(study)
    const text = manifestText([first, second]).replace('"lr":0.05', '"lr":0.1')
    const manifest = await readManifest(await fileOf('runs.jsonl', text))
    expect(plannedRunAt(manifest, 1).id).toBe(second.id)
    expect(() => plannedRunAt(manifest, 0)).toThrow('line 1: expected the id')
    expect(() => plannedRunAt(manifest, 2)).toThrow('has 2 runs, 0 to 1, but the index is 2')
  })

  it('should be refused where it is empty or missing', async () => {
    await expect(readManifest(await fileOf('runs.jsonl', '\n'))).rejects.toThrow('the file is empty')
    await expect(readManifest('nowhere.jsonl')).rejects.toThrow(
      'nowhere.jsonl: there is no such file or folder',
    )
  })
})

/** A line with the id that it would have been planned with, whatever stands on it. */
function signed(run: object): string {
  return JSON.stringify({ ...run, id: idOf(run as PlannedRun) })
}
