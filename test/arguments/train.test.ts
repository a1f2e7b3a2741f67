import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import * as datasets from '../../datasets/index.ts'
import { openExecutor } from '../../engine/index.ts'
import * as train from '../../train/index.ts'
import { describeArguments, type Row, type Table } from './table.ts'

const folder = mkdtempSync(join(tmpdir(), 'arguments-'))
const elsewhere = process.cwd()
process.chdir(folder)
afterAll(() => {
  process.chdir(elsewhere)
  rmSync(folder, { recursive: true })
})

const choice = await openExecutor('reference')
const { executor } = choice
const job = { manifest: 'runs.jsonl', runs: 12, atOnce: 8, cpus: 4, memory: 6 }
/** An object that may hold more. */
const open = (fields: object) => Object.assign(Object.create(null), fields)
const missing = join(folder, 'missing')

const sizes = { classes: 2, channels: 1, size: 8, trainCount: 8, testCount: 4, seed: 1 }
const synthetic = datasets.syntheticDataset(sizes)
const dataset = open({ ...synthetic, train: open(synthetic.train), test: open(synthetic.test) })

const training = train.resolveRecipe({ epochs: 1, batchSize: 4, dropLast: true })
const written: train.WrittenRecipe = {
  dataset: 'digits',
  teacher: { model: 'resnet8', weights: missing },
  student: { model: 'resnet8' },
  method: { name: 'kd', weight: 1 },
  methods: { kd: { weight: 1 } },
  training: { epochs: 1, batchSize: 4 },
  augmentation: { padding: 1, flip: true },
  validation: 1,
  limit: 8,
  seed: 1,
}
const recipe = train.resolveRunRecipe({ ...written, data: undefined })
/** The options of a method are looked up where it is built, and those of others beside them are not refused before. */
const recipeOfAny = { ...recipe, method: open(recipe.method) }
const studyFile = join(folder, 'study.yaml')
writeFileSync(
  studyFile,
  'out: runs\npairs: [resnet56-resnet20]\nmethods: [kd]\nseeds: [1]\nset: { training: { epochs: 1 } }\n',
)
const study = await train.readStudy(studyFile)
const runs = await train.planStudy(study)
const manifestFile = join(folder, 'runs.jsonl')
writeFileSync(manifestFile, train.manifestText(runs))
const manifest = await train.readManifest(manifestFile)
const planned = () => ({ ...runs[0], recipe: { ...runs[0].recipe, method: open(runs[0].recipe.method) } })
/** Nothing is fetched of teachers that are there. Wrong paths may lead to `x`. */
for (const place of ['teachers', 'x']) {
  mkdirSync(place)
  for (const { model } of [...train.mdistillerTeachers.teachers, { model: 'resnet8' }])
    writeFileSync(join(place, `${model}.safetensors`), '')
}
const teacherName = { dataset: 'cifar100', model: 'resnet8' }
const published = {
  dataset: 'some',
  url: 'none',
  teachers: [{ model: 'resnet8', file: 'a.pth', top1: 1 }],
}

const named = (names: readonly string[], row: Row): Table =>
  Object.fromEntries(names.map((name) => [name, row]))

describeArguments('thermograd/train', train, {
  ...named(['signFlipP', 'significanceOf', 'summarize', 'tTestP', 'quantilesOf'], () => [[1, 2, 4]]),
  holm: () => [[0.1, 0.5]],
  differencesBetween: () => [
    new Map([
      ['kd', new Map([[1, 2]])],
      ['dtkd', new Map([[1, 3]])],
    ]),
  ],
  slurmScript: () => [open({ ...job, hours: 24 })],
  kubernetesJob: () => [open({ ...job, image: 'thermograd:1', claim: 'study' })],
  arrayIndex: () => [open({ SLURM_ARRAY_TASK_ID: '3' })],
  readStudy: () => [studyFile],
  planStudy: () => [study],
  manifestText: () => [[planned()]],
  readManifest: () => [manifestFile],
  plannedRunAt: () => [open({ ...manifest }), 0],
  plannedRuns: () => [open({ ...manifest })],
  outcomeOf: () => [planned()],
  reportOn: () => [[planned()]],
  reportOnRuns: { refused: () => [[missing], { images: true }] },
  serveReport: { refused: () => [[missing], { port: 0 }] },
  resolveRecipe: () => [{ ...training }],
  planStep: {
    refused: () => [
      executor,
      open({ teacher: 'resnet8', student: 'none', batchSize: 2, classes: 2, image: [1, 8, 8] }),
    ],
  },
  scheduleOf: () => [{ ...training }],
  distillerFor: () => ['kd', { ...training }, { weight: 1 }],
  ...named(['packageVersion', 'publishedRecipeNames', 'recipeSchema'], () => []),
  publishedRecipe: () => ['resnet56-resnet20'],
  readRecipe: () => ['resnet56-resnet20/kd'],
  recipeOfRun: () => [folder],
  parseRecipe: () => [train.recipeText(recipe), 'recipe.yaml'],
  recipeText: () => [recipeOfAny],
  resolveRunRecipe: () => [{ ...written }, open({ 'training.lr': 0.1 })],
  openRecipe: { refused: () => [recipeOfAny, { dataset, teachers: missing }] },
  findTeacher: () => [folder, open(teacherName)],
  teacherFile: { refused: () => [folder, open(teacherName)] },
  fetchTeachers: () => [
    'teachers',
    {
      onProgress: () => {},
      attempts: 1,
      pauseMilliseconds: 0,
      mostBytes: 100,
      idleMilliseconds: 10,
      mostMilliseconds: 1000,
      sha256: 'abc',
      models: ['resnet8'],
      published: open(published),
    },
  ],
  ...named(['NonFiniteLossError', 'TrainingStopped'], 'an error, made by thermograd alone'),
  ...named(
    'Checkpoints RunFolder TeacherLogits compareMethods demandSameSettings environmentOf evaluate fingerprintOf idOf loadTeacher lockFolder newNetwork restoreWeights resultIn run testLoader train'.split(
      ' ',
    ),
    'not held to this yet',
  ),
})
