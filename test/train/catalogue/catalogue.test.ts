import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { InvalidInputError } from '../../../base/errors.ts'
import { catalogueOf } from '../../../train/catalogue/catalogue.ts'
import { loadModules, parseRecipe, recipeText, resolveRunRecipe } from '../../../train/index.ts'
import { thermograd } from '../../cli/commandLine.ts'
import { sharedTemporaryFolder } from '../temporaryFolder.ts'

const folder = sharedTemporaryFolder()
const own = join(import.meta.dirname, 'own.ts')

const module = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

/** The source of the project, for a module in another folder. */
const source = (path: string) => relative(folder, join(import.meta.dirname, '../../..', path))

describe('a module', () => {
  it('should add its definitions to those of thermograd, for those alone who name it', async () => {
    await loadModules([own])
    const { networks, methods, datasets, modules } = catalogueOf([own])
    expect([networks.find('tiny'), methods.find('mine'), datasets.find('patterns')]).not.toContain(undefined)
    expect(modules).toEqual([{ path: own, sha256: expect.stringMatching(/^[\da-f]{64}$/) }])
    expect(catalogueOf().methods.find('mine')).toBeUndefined()
    expect(networks.names).toEqual([...catalogueOf().networks.names, 'tiny'])
  })

  it('should have been loaded before a recipe that names it is parsed', () => {
    expect(() =>
      parseRecipe('module: ./never.ts\ndataset: digits\nstudent: { model: resnet8 }\n', 'r.yaml'),
    ).toThrow("module ./never.ts: has not been loaded yet: await loadModules(['./never.ts'])")
  })

  it('should be kept by a recipe', async () => {
    await loadModules([own])
    const written = {
      module: own,
      dataset: 'patterns',
      student: { model: 'tiny' },
      teacher: { model: 'resnet8' },
      method: { name: 'mine', measure: 'hard' },
    } as const
    const recipe = resolveRunRecipe(written)
    expect(recipe).toMatchObject({ module: [own], method: { name: 'mine', measure: 'hard' } })
    expect(resolveRunRecipe(parseRecipe(recipeText(recipe), 'recipe.yaml'))).toEqual(recipe)
    expect(() => resolveRunRecipe({ ...written, method: { name: 'mine', measure: 'loud' } })).toThrow(
      "method.measure: expected one of soft, hard, got 'loud'",
    )
  })

  it.each([
    ['missing.ts', undefined, 'expected a module with definitions, but there is no such file'],
    ['throws.ts', "throw new RangeError('out of luck')", 'cannot be imported: out of luck'],
    ['wrong.ts', 'export const (', 'cannot be imported: '],
    ['other.ts', 'export const size = 3', 'got size: 3'],
    ['nothing.ts', '', 'got no exports'],
    [
      'record.ts',
      "export const mine = { name: 'mine', build: () => undefined }",
      'export mine: expected the result of defineNetwork, defineMethod or defineDataset of this installation',
    ],
  ])('should be explained if it cannot be used: %s', async (name, text, message) => {
    const path = join(folder, name)
    if (text !== undefined) module(name, text)
    const error = await loadModules([path]).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(InvalidInputError)
    expect((error as Error).message).toContain(`module ${path}: `)
    expect((error as Error).message).toContain(message)
  })

  it('should not take a name of thermograd or of another module', async () => {
    const text = (name: string) =>
      `import { defineNetwork, ResNet } from '${source('nn/index.ts')}'\n` +
      `export const net = defineNetwork({ name: '${name}', build: (o) => new ResNet({ depth: 8, widths: [4, 4, 8, 8], ...o }) })`
    const [taken, twice] = [module('taken.ts', text('vgg8_bn')), module('twice.ts', text('tiny'))]
    await loadModules([own, taken, twice])
    expect(() => catalogueOf([taken])).toThrow(
      `module ${taken}: expected another name, there is already a network vgg8_bn`,
    )
    expect(() => catalogueOf([own, twice])).toThrow('there is already a network tiny')
  })
})

describe('on the command line, a module', () => {
  const run = join(folder, 'run')
  const train = ['train', '--module', own, '--dataset', 'patterns', '--epochs', '1', '--out', run]

  it('should be listed', async () => {
    for (const [command, name] of [
      [['models'], 'tiny'],
      [['methods'], 'mine'],
      [['data', 'list'], 'patterns:'],
      [['recipes', 'schema'], 'measure'],
    ] as const) {
      expect((await thermograd([...command, '--module', own])).stdout).toContain(name)
      expect((await thermograd(command)).stdout).not.toContain(name)
    }
  })

  it('should train, resume, report and evaluate, until its contents change', async () => {
    const copy = join(folder, 'copy.ts')
    const path = source('').replace(/\/?$/, '/')
    writeFileSync(copy, readFileSync(own, 'utf8').replaceAll('../../../', path))
    const set = ['--module', copy, '--set', 'method.measure=hard']
    const teacher = join(folder, 'teacher')
    expect((await thermograd([...train.slice(0, -1), teacher])).code).toBe(0)
    const weights = join(teacher, 'last.safetensors')
    const distil = ['train', '--dataset', 'patterns', '--epochs', '1', '--out', run, ...set]
    const outcome = await thermograd([...distil, '--method', 'mine', '--teacher-weights', weights])
    expect(outcome).toMatchObject({ code: 0, stderr: expect.not.stringContaining('thermograd:') })
    const config = JSON.parse(readFileSync(join(run, 'config.json'), 'utf8'))
    expect(config).toMatchObject({
      method: { name: 'mine', measure: 'hard' },
      about: { description: 'knowledge distillation, softly', paper: 'A. Author, arXiv 0000.00000' },
      numerics: [{ modules: [{ path: copy, sha256: expect.any(String) }] }],
    })
    expect((await thermograd(['train', '--out', run, '--resume'])).code).toBe(0)

    const report = join(folder, 'report.html')
    expect((await thermograd(['report', run, '--out', report])).code).toBe(0)
    expect(readFileSync(report, 'utf8')).toContain(
      'mine: knowledge distillation, softly. A. Author, arXiv 0000.00000',
    )
    const evaluate = ['evaluate', '--module', copy, '--dataset', 'patterns', '--model', 'tiny']
    expect((await thermograd([...evaluate, '--weights', join(run, 'last.safetensors')])).code).toBe(0)

    // Before the run has finished, with a module of other contents at the same path.
    const changed = join(folder, 'changed.ts')
    writeFileSync(changed, `${readFileSync(copy, 'utf8')}\n// changed`)
    rmSync(join(run, 'result.json'))
    writeFileSync(
      join(run, 'recipe.yaml'),
      readFileSync(join(run, 'recipe.yaml'), 'utf8').replace('copy.ts', 'changed.ts'),
    )
    const refused = await thermograd(['train', '--out', run, '--resume'])
    expect(refused.code).toBe(2)
    expect(refused.stderr).toMatch(
      /modules were \S+copy\.ts with SHA-256 [\da-f]{64}, now \S+changed\.ts with SHA-256 [\da-f]{64}\)/,
    )
    expect((await thermograd(['train', '--out', run, '--resume', '--allow-other-numerics'])).code).toBe(0)
  })

  it('should be planned, run and reported as a study', async () => {
    mkdirSync(join(folder, 'study'))
    const recipe = join(folder, 'study/pair.yaml')
    writeFileSync(
      recipe,
      `module: ${own}\ndataset: patterns\nstudent: { model: tiny }\ntraining: { epochs: 1, batchSize: 8 }\n`,
    )
    const study = join(folder, 'study/study.yaml')
    const out = join(folder, 'study/runs')
    writeFileSync(study, `module: ${own}\nout: ${out}\npairs: [${recipe}]\nmethods: [alone]\nseeds: [1]\n`)
    const { stdout } = await thermograd(['study', 'plan', study])
    const manifest = join(folder, 'study/runs.jsonl')
    writeFileSync(manifest, stdout)
    expect((await thermograd(['run', '--manifest', manifest, '--index', '0'])).code).toBe(0)
    expect(existsSync(join(out, 'tiny/alone/seed1/result.json'))).toBe(true)
    expect((await thermograd(['run', '--manifest', manifest, '--index', '0'])).stdout).toContain(
      'already finished',
    )
    expect((await thermograd(['study', 'report', manifest])).code).toBe(0)
  })
})
