import { tensor } from '../../engine/index.ts'
import * as kd from '../../kd/index.ts'
import { createModel } from '../../nn/index.ts'
import { methodsOfModule } from './modules.ts'
import {
  describeArguments,
  describeClasses,
  describeMethods,
  forHeirs,
  type Row,
  type Table,
} from './table.ts'

const logits = () =>
  tensor([
    [1, 2, 4],
    [3, 1, 0],
  ])
const labels = () => tensor([0, 1], { dtype: 'int32' })
const maps = () => tensor(new Float32Array(16).fill(1), { shape: [2, 2, 2, 2] })
/** What another function gave, and no options: it may hold more. */
const open = (fields: object) => Object.assign(Object.create(null), fields)
const columns = () => open({ student: tensor([[1], [2]]), teacher: tensor([[3], [4]]) })

const named = (names: readonly string[], row: Row): Table =>
  Object.fromEntries(names.map((name) => [name, row]))

const temperatures = {
  temperatures: 'published',
  referenceTemperature: 4,
  guard: 'fallback',
  gradients: 'attached',
}
const weights = { alpha: 1, beta: 1, crossEntropyWeight: 1, warmUp: 20, epoch: 3, logits: 'raw' }
const abstract = 'an abstract class, whose heirs the methods are'
const ofNetworks = 'takes what modules of this package hand over'

const number = () => open({ ...kd.option.number(1), range: open({}) })
const about = () => ({
  name: 'mine',
  description: '',
  paper: '',
  options: open({ size: open(kd.option.boolean(true)) }),
})

describeArguments('thermograd/kd', kd, {
  ...named(['Method', 'LogitMethod', 'FeatureMethod'], abstract),
  ...named(['marginOf', 'scalarsOf'], ofNetworks),
  ...named(['centred', 'centredSharpness', 'sharpness'], () => [logits()]),
  standardised: () => [logits(), 'sample'],
  klDivergence: () => [logits(), logits()],
  temperedDivergence: () => [logits(), logits(), columns(), (x: unknown) => x],
  sharedTemperatures: () => [logits(), 4],
  dynamicTemperatures: () => [logits(), logits(), { referenceTemperature: 4, guard: 'none' }],
  exactTemperatures: () => [logits(), logits(), { referenceTemperature: 4 }],
  warmUpWeight: () => [3, 20, 'float32'],
  alone: () => [logits(), labels()],
  dkd: () => [logits(), logits(), labels(), { ...weights, ...temperatures }],
  dtkd: () => [logits(), logits(), labels(), { ...weights, ...temperatures }],
  kd: () => [
    logits(),
    logits(),
    labels(),
    { weight: 1, crossEntropyWeight: 1, referenceTemperature: 4, logits: 'raw' },
  ],
  ...named(['tckd', 'nckd'], () => [logits(), logits(), labels(), columns()]),
  attentionLoss: () => [maps(), maps(), { power: 2, distance: 'norm' }],
  ...named(['contextLoss', 'discrepancyLoss', 'similarityLoss'], () => [maps(), maps()]),
  relationLosses: () => [logits(), logits()],
  neighbourhoodLoss: () => [logits(), logits(), 'included'],
  responseLoss: () => [maps(), maps(), tensor([1, 2])],
  contrastLoss: () => [logits(), 10, tensor(1)],
  reverseGradient: () => [logits(), tensor(1)],
  singularVectors: () => [
    tensor([
      [
        [1, 2],
        [3, 4],
      ],
    ]),
    1,
  ],
  singularRelationLoss: () => [
    [
      [maps(), maps()],
      [maps(), maps()],
    ],
    { vectors: 1, matrix: 'width' },
  ],
  distiller: () => ['kd', { weight: 1 }],
  defineMethod: () => [
    open({
      ...about(),
      needsTeacher: true,
      needsFeatures: true,
      build: () => kd.distiller('alone').build(networks()),
    }),
  ],
  defineLogitMethod: () => [open({ ...about(), needsTeacher: true }), () => ({})],
  defineFeatureMethod: () => [
    open({
      ...about(),
      options: open({ weight: number(), crossEntropyWeight: number() }),
      needsTeacher: true,
      needsFeatures: true,
    }),
    () => ({}),
  ],
  definitionOf: () => ['kd'],
  withDefaults: () => [open({ alpha: open(kd.option.boolean(true)) }), { alpha: false }],
})

const pair = (seed: number) => createModel('resnet8', { classes: 3, channels: 1, seed })
const networks = () => ({
  student: pair(1),
  teacher: pair(2),
  image: [1, 8, 8],
  trainingLabels: Int32Array.of(0, 1),
  seed: 1,
})

describeClasses(
  'thermograd/kd',
  kd,
  named(['Method', 'LogitMethod', 'FeatureMethod'], abstract) as Record<string, string>,
)

for (const name of kd.distillerNames) {
  const distiller = kd.distiller(name)
  const { student, teacher, ...others } = networks()
  describeMethods(`${name}, a distiller`, distiller, { build: () => [{ student, teacher, ...others }] })
  const method = distiller.build({ student, teacher, ...others })
  const images = tensor(new Float32Array(128), { shape: [2, 1, 8, 8] })
  const lesson = {
    student: open(student.forward(images)),
    teacher: open(teacher.forward(images)),
    labels: labels(),
    epoch: 1,
    indices: Int32Array.of(0, 1),
  }
  describeMethods(`${name}, a method`, method, {
    ...methodsOfModule(method, () => [open(lesson)]),
    ...forHeirs(method, 'loss', 'terms'),
  })
}
