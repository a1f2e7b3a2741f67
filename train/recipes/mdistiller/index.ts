import { objectOf, oneOf } from '../../../base/files/schemaMistakes.ts'
import { catalogueOf } from '../../catalogue/catalogue.ts'
import type { WrittenRecipe } from '../runRecipe.ts'
import { modelIn, trainingShape } from '../schema.ts'
import { methodOf, type SectionName, sections } from './methods.ts'
import { ignored, only, partsOf } from './parts.ts'

const sectionNames = Object.keys(sections) as SectionName[]

const model = modelIn(catalogueOf().networks)

const { epochs, batchSize, lr, momentum, weightDecay, milestones, lrDecay, dot } = trainingShape

/**
 * Schema that converts mdistiller's configurations for CIFAR-100 (https://github.com/megvii-research/mdistiller,
 * `mdistiller/engine/cfg.py` and `configs/cifar100`; for DTKD https://github.com/JinYu1998/DTKD) to recipes that compute the
 * same. Values that thermograd does not support are rejected; those for logs and workers are ignored.
 */
export const mdistillerConfiguration = objectOf({
  EXPERIMENT: partsOf({ PROJECT: ignored, NAME: ignored, TAG: ignored }).optional(),
  DATASET: partsOf({
    TYPE: only('cifar100'),
    NUM_WORKERS: ignored,
    TEST: partsOf({ BATCH_SIZE: ignored }),
  }).optional(),
  DISTILLER: objectOf({
    TYPE: oneOf(['NONE', ...sectionNames]).default('NONE'),
    TEACHER: model.default('ResNet50'),
    STUDENT: model.default('resnet32'),
  }).prefault({}),
  SOLVER: objectOf({
    TRAINER: oneOf(['base', 'crd', 'dot', 'crd_dot']).default('base'),
    BATCH_SIZE: batchSize.default(64),
    EPOCHS: epochs.default(240),
    LR: lr.default(0.05),
    LR_DECAY_STAGES: milestones.default([150, 180, 210]),
    LR_DECAY_RATE: lrDecay.default(0.1),
    WEIGHT_DECAY: weightDecay.default(1e-4),
    MOMENTUM: momentum.default(0.9),
    TYPE: only('SGD').optional(),
    DOT: objectOf({ DELTA: dot.default(0.075) }).prefault({}),
  }).prefault({}),
  LOG: partsOf({
    TENSORBOARD_FREQ: ignored,
    SAVE_CHECKPOINT_FREQ: ignored,
    PREFIX: ignored,
    WANDB: ignored,
  }).optional(),
  ...sections,
})
  .partial(Object.fromEntries(sectionNames.map((name) => [name, true])) as Record<SectionName, true>)
  .transform(({ DISTILLER, SOLVER, ...given }): WrittenRecipe => {
    const { TYPE, TEACHER, STUDENT } = DISTILLER
    const methods = sectionNames.flatMap((section) => {
      const { name, ...options } = methodOf(section, given[section])
      return given[section] === undefined ? [] : [[name, options]]
    })
    return {
      dataset: 'cifar100',
      teacher: { model: TEACHER },
      student: { model: STUDENT },
      method: TYPE === 'NONE' ? { name: 'alone' } : methodOf(TYPE, given[TYPE]),
      methods: Object.fromEntries(methods),
      training: {
        epochs: SOLVER.EPOCHS,
        batchSize: SOLVER.BATCH_SIZE,
        lr: SOLVER.LR,
        momentum: SOLVER.MOMENTUM,
        weightDecay: SOLVER.WEIGHT_DECAY,
        milestones: SOLVER.LR_DECAY_STAGES,
        lrDecay: SOLVER.LR_DECAY_RATE,
        dot: SOLVER.TRAINER.endsWith('dot') ? SOLVER.DOT.DELTA : 0,
      },
    }
  })

/** Whether a value is an mdistiller configuration, recognised by its upper-case keys. */
export function isOfMdistiller(value: unknown): boolean {
  const keys = Object.keys(value ?? {})
  return ['EXPERIMENT', 'DATASET', 'DISTILLER', 'SOLVER'].some((key) => keys.includes(key))
}
