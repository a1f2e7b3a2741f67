import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { distillerNames } from '../../kd/index.ts'
import { temporaryFolder } from '../train/temporaryFolder.ts'
import { thermograd } from './commandLine.ts'

async function train(...argv: string[]) {
  const out = join(await temporaryFolder(), 'run')
  const outcome = await thermograd(['train', ...argv, '--out', out, '--json'])
  const recipe = outcome.code === 0 ? await readFile(join(out, 'recipe.yaml'), 'utf8') : ''
  const fingerprint = /"fingerprint":"(\w+)"/.exec(outcome.stdout)?.[1]
  return { ...outcome, out, recipe, fingerprint }
}

const own = `dataset: synthetic
student: { model: resnet8 }
training: { epochs: 10, batchSize: 8, lr: 0.02, milestones: [5] }
methods: { alone: {} }
limit: 16
`

async function written(text: string): Promise<string> {
  const path = join(await temporaryFolder(), 'recipe.yaml')
  await writeFile(path, text)
  return path
}

describe('thermograd train --recipe', () => {
  it('should let --set change the recipe, and options change both', async () => {
    const path = await written(own)
    const set = [
      '--set',
      'training.epochs=2',
      '--set',
      'training.lr=0.03',
      '--set',
      'seed=4',
      '--set',
      'limit=8',
    ]
    const { recipe } = await train(
      '--recipe',
      path,
      '--method',
      'alone',
      ...set,
      '--lr',
      '0.04',
      '--epochs',
      '1',
    )
    expect(recipe).toBe(`dataset: synthetic
student:
  model: resnet8
method:
  name: alone
training:
  epochs: 1
  batchSize: 8
  lr: 0.04
  momentum: 0.9
  weightDecay: 0.0005
  milestones: [1]
  lrDecay: 0.1
  dot: 0
augmentation:
  padding: 0
  flip: false
limit: 8
seed: 4
`)
  })

  it('should repeat a run by the recipe that it left, however that came to be', async () => {
    const options = [
      '--dataset',
      'synthetic',
      '--limit',
      '16',
      '--epochs',
      '1',
      '--seed',
      '3',
      '--dot',
      '0.05',
    ]
    const first = await train(...options)
    const second = await train('--recipe', join(first.out, 'recipe.yaml'))
    expect(second.recipe).toBe(first.recipe)
    expect(second.fingerprint).toBe(first.fingerprint)
    expect(second.fingerprint).toBeDefined()
    const other = await train('--recipe', join(first.out, 'recipe.yaml'), '--seed', '4')
    expect(other.recipe).toBe(first.recipe.replace('seed: 3', 'seed: 4'))
    expect(other.fingerprint).not.toBe(first.fingerprint)
  })

  it('should leave out a small last batch where --drop-last or the recipe says so', async () => {
    const options = ['--dataset', 'synthetic', '--limit', '20', '--batch-size', '8', '--epochs', '1']
    const whole = await train(...options)
    const dropping = await train(...options, '--drop-last')
    expect(dropping.recipe).toBe(whole.recipe.replace('dot: 0\n', 'dot: 0\n  dropLast: true\n'))
    expect(dropping.fingerprint).not.toBe(whole.fingerprint)
    const again = await train('--recipe', join(dropping.out, 'recipe.yaml'))
    expect([again.recipe, again.fingerprint]).toEqual([dropping.recipe, dropping.fingerprint])
    const undone = await train(
      '--recipe',
      join(dropping.out, 'recipe.yaml'),
      '--set',
      'training.dropLast=false',
    )
    expect([undone.recipe, undone.fingerprint]).toEqual([whole.recipe, whole.fingerprint])
    const resumed = (...argv: string[]) => thermograd(['train', ...argv, '--resume'])
    expect((await resumed('--out', dropping.out)).code).toBe(0)
    expect((await resumed('--out', whole.out, '--drop-last')).stderr).toBe(
      `thermograd: ${whole.out}: this folder belongs to another run: training.dropLast was false, now true\n`,
    )
  })

  it('should leave it out of every training of distill', async () => {
    const out = join(await temporaryFolder(), 'run')
    const networks = ['--teacher', 'resnet8', '--student', 'resnet8', '--method', 'alone']
    const sizes = ['--dataset', 'synthetic', '--limit', '12', '--batch-size', '8', '--epochs', '1']
    expect((await thermograd(['distill', ...networks, ...sizes, '--drop-last', '--out', out])).code).toBe(0)
    for (const name of ['teacher', 'student-alone']) {
      expect(await readFile(join(out, name, 'recipe.yaml'), 'utf8')).toContain('\n  dropLast: true\n')
    }
    const { code, stderr } = await thermograd(['distill', ...networks, ...sizes, '--out', out, '--resume'])
    expect(code).toBe(2)
    expect(stderr).toContain('this folder belongs to another run: recipe.dropLast was true, now false')
  })

  it.each([
    [`${own}sed: 3\n`, ':6:1: sed: unknown key; did you mean "seed"?'],
    [own.replace('resnet8', 'resnet9'), ':2:19: student.model: expected one of resnet8, '],
    [own.replace('lr: 0.02', 'dropLast: 1'), ':3:49: training.dropLast: expected true or false, got 1'],
    [own.replace('lr: 0.02', 'lr: fast'), ":3:43: training.lr: expected a number ≥ 0, got 'fast'"],
    [
      `${own}method: dtkd\n`,
      ":6:9: method: expected a name and options, for example { name: dtkd, alpha: 1 }, got 'dtkd'",
    ],
    [own, 'method.name: this recipe does not choose a method: expected one of alone, kd, '],
  ])('should refuse a mistake in one sentence with its place', async (text, message) => {
    const path = await written(text)
    const { code, stdout, stderr } = await train('--recipe', path)
    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain(`thermograd: ${message.startsWith(':') ? path : ''}${message}`)
    expect(stderr.trimEnd()).not.toContain('\n')
  })

  it.each([
    [['--set', 'training.rate=1'], 'training.rate: unknown key; '],
    [['--set', 'training'], 'Expected path=value.'],
    [['--set', 'training.milestones=[1, 2'], 'Expected a YAML value: '],
    [['--recipe', 'resnet56-resnet21/kd'], 'did you mean "resnet56-resnet20"?'],
    [['--recipe', 'resnet56-resnet20/kd'], 'cifar100: expected data, '],
  ])('should refuse %j', async (argv, message) => {
    const { code, stderr } = await train(...argv)
    expect(code).toBe(2)
    expect(stderr).toContain(message)
  })
})

describe('thermograd recipes', () => {
  it('should list pairs and methods', async () => {
    const { code, stdout } = await thermograd(['recipes'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/│ resnet56-resnet20 +│ 0\.05 │ α 1, β 2 +│ α 1, β 0\.5 +│/)
    expect(stdout).toMatch(/│ resnet32x4-resnet8x4 +│ .* weight 5 +│/)
    for (const name of distillerNames) expect(stdout).toContain(name)
    const { recipes, methods } = JSON.parse((await thermograd(['recipes', 'list', '--json'])).stdout)
    expect(recipes).toHaveLength(11)
    expect(methods).toEqual(distillerNames)
  })

  it('should show one that is the file of the same one', async () => {
    const shown = await thermograd([
      'recipes',
      'show',
      'resnet32x4-resnet8x4',
      '--method',
      'dtkd',
      '--set',
      'seed=2',
    ])
    expect(shown.stdout).toContain('\n  name: dtkd\n  alpha: 3\n')
    expect(shown.stdout).toMatch(/\nseed: 2\n$/)
    const again = await thermograd(['recipes', 'show', await written(shown.stdout)])
    expect(again).toEqual(shown)
    const { recipe } = JSON.parse((await thermograd(['recipes', 'show', 'vgg13-vgg8/kd', '--json'])).stdout)
    expect(recipe).toMatchObject({ teacher: { model: 'vgg13' }, method: { name: 'kd', weight: 0.9 } })
  })

  it("should show mdistiller's configurations as recipes", async () => {
    const path = await written(
      'DISTILLER: { TYPE: KD, TEACHER: vgg13, STUDENT: vgg8 }\nSOLVER: { LR: 0.02 }\n',
    )
    const { stdout } = await thermograd(['recipes', 'show', path])
    expect(stdout).toMatch(
      /^dataset: cifar100\nteacher:\n {2}model: vgg13\nstudent:\n {2}model: vgg8\nmethod:\n {2}name: kd\n/,
    )
    expect(stdout).toContain('  lr: 0.02\n')
  })

  it('should write a JSON Schema that knows methods and networks', async () => {
    const schema = JSON.parse((await thermograd(['recipes', 'schema'])).stdout)
    expect(schema.additionalProperties).toBe(false)
    expect(schema.required).toEqual(['dataset', 'student'])
    expect(Object.keys(schema.properties.methods.properties)).toEqual(distillerNames)
    expect(schema.properties.student.properties.model.enum).toContain('resnet8x4')
    expect(schema.properties.training.properties.lr).toMatchObject({ type: 'number', minimum: 0 })
  })
})
