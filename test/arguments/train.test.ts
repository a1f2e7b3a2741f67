import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as datasets from '../../datasets/index.ts'
import { InvalidInputError, openExecutor, tensor } from '../../engine/index.ts'
import * as kd from '../../kd/index.ts'
import * as nn from '../../nn/index.ts'
import * as train from '../../train/index.ts'
import { tinyLoaders, tinyNetwork } from '../train/tinyNetwork.ts'
import { downloadOptions } from './modules.ts'
import { describeArguments, describeClasses, describeMethods, type Row, type Table } from './table.ts'
import { moveToTemporaryFolder } from './temporaryFolder.ts'

const { folder } = moveToTemporaryFolder()

const choice = await openExecutor('reference')
const { executor } = choice
const job = { manifest: 'runs.jsonl', runs: 12, atOnce: 8, cpus: 4, memory: 6 }
/** An object that may hold more. */
const open = (fields: object) => Object.assign(Object.create(null), fields)
const missing = join(folder, 'missing')

const sizes = { classes: 2, channels: 1, size: 8, trainCount: 8, testCount: 4, seed: 1 }
const synthetic = datasets.syntheticDataset(sizes)
const dataset = open({ ...synthetic, train: open(synthetic.train), test: open(synthetic.test) })

const training = train.resolveHyperparameters({ epochs: 1, batchSize: 4, dropLast: true })
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

const network = nn.createModel('resnet8', { classes: 2, channels: 1 })
const weights = join(folder, 'weights.safetensors')
await nn.saveWeights(weights, network.stateDict())
/** Trainings go well until they start. */
const refuse = () => {
  throw new InvalidInputError('train: the training starts')
}
const distiller = kd.distiller('kd')
const environment = train.environmentOf(choice)
const habits = () => ({
  folder: missing,
  dataset,
  teacherCache: { folder: 'logits', precision: 'float32' },
  seed: 1,
  validation: 2,
  limit: 4,
  environment: { ...environment, executorModes: open(environment.executorModes) },
  resume: true,
  allowOtherNumerics: true,
  saveEvery: { everySteps: 1, everyMinutes: 1 },
  signal: new AbortController().signal,
})

const named = (names: readonly string[], row: Row): Table =>
  Object.fromEntries(names.map((name) => [name, row]))

const isAnError = {
  NonFiniteLossError: 'an error, made by thermograd alone',
  TrainingStopped: 'an error, made by thermograd alone',
}

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
  resolveHyperparameters: () => [{ ...training }],
  estimateStep: {
    refused: () => [
      executor,
      open({ teacher: 'resnet8', student: 'none', batchSize: 2, classes: 2, image: [1, 8, 8] }),
    ],
  },
  scheduleOf: () => [{ ...training }],
  distillerFor: () => ['kd', { ...training }, { weight: 1 }],
  ...named(['packageVersion', 'publishedRecipeNames'], () => []),
  ...named(['recipeSchema', 'loadModules'], () => [[]]),
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
      ...downloadOptions,
      sha256: 'abc',
      models: ['resnet8'],
      published: open(published),
    },
  ],
  ...isAnError,
  newNetwork: () => [
    'resnet8',
    open({ classNames: synthetic.classNames, train: open({ images: synthetic.train.images }) }),
    1,
  ],
  restoreWeights: () => [network, weights],
  loadTeacher: () => [dataset, 'resnet8', weights],
  fingerprintOf: () => [network],
  evaluate: () => [tinyNetwork(), tinyLoaders().testImages],
  environmentOf: () => [open(choice)],
  resultIn: () => [folder],
  Checkpoints: () => [join(folder, 'checkpoints'), async () => {}],
  TeacherLogits: 'made by its open, which has a row',
  train: {
    refused: () => [
      {
        network: tinyNetwork(),
        method: open({ ...distiller, options: open(distiller.options) }),
        options: undefined,
        teacher: tinyNetwork(1),
        teacherLogits: undefined,
        frozen: [network],
        seed: 1,
        hyperparameters: { ...training },
        trainingImages: tinyLoaders().trainingImages,
        testImages: tinyLoaders().testImages,
        validationImages: tinyLoaders().testImages,
        observers: [{ started: refuse }],
        survival: { checkpoints: new train.Checkpoints(missing), everySteps: 1, everyMinutes: 1 },
        signal: new AbortController().signal,
      },
    ],
  },
  run: {
    refused: () => [
      {
        ...habits(),
        model: 'resnet8',
        method: 'kd',
        options: open({ weight: 1 }),
        teacher: { model: 'resnet8', network, source: missing },
        hyperparameters: { ...training },
        observer: open({ started: refuse }),
      },
    ],
  },
  compareMethods: {
    refused: () => [
      {
        ...habits(),
        teacher: { model: 'resnet8', hyperparameters: { ...training }, weights: missing },
        student: { model: 'resnet8', hyperparameters: { ...training }, limit: 4 },
        methods: ['kd'],
        options: open({ kd: open({ weight: 1 }) }),
        observe: () => ({ started: refuse }),
      },
    ],
  },
})

const teacherLogits = () => ({
  folder: 'logits',
  precision: 'float32' as const,
  teacher: open({ model: 'tiny', network: tinyNetwork() }),
  images: tinyLoaders().trainingImages,
  warned: () => {},
})
const [batch] = tinyLoaders().trainingImages.epoch(0)

describeMethods('TeacherLogits', train.TeacherLogits, { open: () => [teacherLogits()] })

describeClasses('thermograd/train', train, {
  Checkpoints: [
    new train.Checkpoints(join(folder, 'checkpoints')),
    {
      save: () => [{ step: 1, tensors: network.stateDict(), about: open({ epoch: 1 }) }],
      newest: () => [],
    },
  ],
  TeacherLogits: [
    await train.TeacherLogits.open(teacherLogits()),
    {
      of: () => [open({ ...batch }), tensor(batch.images), 1],
      close: 'has no arguments, and ends all others',
    },
  ],
  ...isAnError,
})
