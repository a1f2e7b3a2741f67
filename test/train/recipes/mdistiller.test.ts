import { describe, expect, it } from 'vitest'
import { distiller } from '../../../kd/index.ts'
import { parseRecipe, resolveRunRecipe } from '../../../train/index.ts'

const configuration = `
EXPERIMENT: { PROJECT: "mine", NAME: "", TAG: "dkd,res56,res20" }
DISTILLER:
  TYPE: "DKD"
  TEACHER: "resnet56"
  STUDENT: "resnet20"
SOLVER:
  BATCH_SIZE: 32
  EPOCHS: 100
  LR: 0.02
  LR_DECAY_STAGES: [60, 80]
  LR_DECAY_RATE: 0.2
  WEIGHT_DECAY: 0.0005
  MOMENTUM: 0.8
  TYPE: "SGD"
DKD:
  BETA: 2.0
  WARMUP: 7
`

function resolved(text: string, settings = {}) {
  return resolveRunRecipe(parseRecipe(text, 'dkd.yaml'), settings)
}

describe('a configuration of mdistiller', () => {
  it('should be the recipe that it says', () => {
    expect(resolved(configuration)).toEqual({
      dataset: 'cifar100',
      teacher: { model: 'resnet56' },
      student: { model: 'resnet20' },
      method: { name: 'dkd', ...distiller('dkd', { beta: 2, warmUp: 7 }).options },
      training: {
        epochs: 100,
        batchSize: 32,
        lr: 0.02,
        momentum: 0.8,
        weightDecay: 5e-4,
        milestones: [60, 80],
        lrDecay: 0.2,
        dot: 0,
      },
      seed: 0,
    })
  })

  it("should have cfg.py's defaults, which know nothing of proportions", () => {
    const { teacher, student, method, training } = resolved('SOLVER: { EPOCHS: 120 }')
    expect(teacher).toBeUndefined()
    expect(student.model).toBe('resnet32')
    expect(method).toEqual({ name: 'alone' })
    expect(training).toMatchObject({ epochs: 120, milestones: [150, 180, 210], weightDecay: 1e-4, lr: 0.05 })
    const dkd = resolved('{ SOLVER: { EPOCHS: 120 }, DISTILLER: { TYPE: DKD } }')
    expect(dkd.method).toMatchObject({ name: 'dkd', warmUp: 20, beta: 8 })
    expect(dkd.teacher).toEqual({ model: 'ResNet50' })
  })

  it.each([
    [
      'KD',
      '{ TEMPERATURE: 3, LOSS: { CE_WEIGHT: 0.2, KD_WEIGHT: 0.7 } }',
      { referenceTemperature: 3, crossEntropyWeight: 0.2, weight: 0.7 },
    ],
    ['AT', '{ P: 4, LOSS: { FEAT_WEIGHT: 500 } }', { power: 4, weight: 500 }],
    [
      'RKD',
      '{ DISTANCE_WEIGHT: 1, ANGLE_WEIGHT: 2, PDIST: { EPSILON: 1e-12, SQUARED: false } }',
      { distanceWeight: 1, angleWeight: 2 },
    ],
    ['FITNET', '{ HINT_LAYER: 1, INPUT_SIZE: [32, 32] }', { stage: 1, weight: 100 }],
    ['KDSVD', '{ K: 2 }', { vectors: 2, matrix: 'width' }],
    [
      'OFD',
      '{ LOSS: { FEAT_WEIGHT: 0.5 }, CONNECTOR: { KERNEL_SIZE: 1 } }',
      { weight: 0.5, teacherStatistics: 'batch' },
    ],
    ['NST', '{ LOSS: { FEAT_WEIGHT: 5 } }', { weight: 5 }],
    ['PKT', '{ LOSS: { FEAT_WEIGHT: 5 } }', { weight: 5, self: 'included' }],
    ['SP', '{ LOSS: { CE_WEIGHT: 2 } }', { weight: 3000, crossEntropyWeight: 2 }],
    ['VID', '{ INIT_PRED_VAR: 4.0, EPS: 1e-5 }', { initialVariance: 4, variances: 'fixed' }],
    [
      'CRD',
      '{ MODE: "relax", FEAT: { DIM: 64, STUDENT_DIM: 64, TEACHER_DIM: 64 }, NCE: { K: 9, MOMENTUM: 0.4, TEMPERATURE: 0.1 } }',
      { positive: 'relaxed', dimensions: 64, negatives: 9, momentum: 0.4, temperature: 0.1 },
    ],
    [
      'REVIEWKD',
      '{ REVIEWKD_WEIGHT: 5, WARMUP_EPOCHS: 3, SHAPES: [1, 8], STU_PREACT: true, MAX_MID_CHANNEL: 512 }',
      { weight: 5, warmUp: 3, studentMaps: 'preactivated' },
    ],
    [
      'DKD',
      '{ ALPHA: 2, BETA: 3, T: 5, CE_WEIGHT: 0.5 }',
      { alpha: 2, beta: 3, referenceTemperature: 5, crossEntropyWeight: 0.5 },
    ],
    ['DTKD', '{ ALPHA: 1.0, BETA: 0.5 }', { alpha: 1, beta: 0.5, warmUp: 20, guard: 'none' }],
  ])('should say of %s with %s what mdistiller would do', (type, section, options) => {
    const { method } = resolved(`DISTILLER: { TYPE: ${type} }\n${type}: ${section}`)
    expect(method).toMatchObject({ name: type.toLowerCase(), ...options })
  })

  it('should be trained by DOT where it says so', () => {
    const solver = (trainer: string) =>
      resolved(`SOLVER: { TRAINER: ${trainer}, DOT: { DELTA: 0.09 } }`).training.dot
    expect(['base', 'crd', 'dot', 'crd_dot'].map(solver)).toEqual([0, 0, 0.09, 0.09])
    expect(resolved('SOLVER: { TRAINER: dot }').training.dot).toBe(0.075)
  })

  it('should keep the sections of other methods for whoever chooses one', () => {
    const text = `${configuration}KD: { TEMPERATURE: 2 }`
    expect(resolved(text, { 'method.name': 'kd' }).method).toMatchObject({
      name: 'kd',
      referenceTemperature: 2,
    })
    expect(resolved(text, { 'training.epochs': 50 })).toMatchObject({
      method: { warmUp: 7 },
      training: { milestones: [30, 40] },
    })
  })

  it.each([
    [
      'SOLVER:\n  LR: 0.1\n  SEED: 1\n',
      '3:3: SOLVER.SEED: unknown key; expected one of TRAINER, BATCH_SIZE, ',
    ],
    ['SOLVER:\n  EPOCH: 1\n', '2:3: SOLVER.EPOCH: unknown key; did you mean "EPOCHS"?'],
    [
      'SOLVER: { TYPE: "Adam" }',
      "1:17: SOLVER.TYPE: expected SGD, the only value that thermograd supports, got 'Adam'",
    ],
    ['SOLVER: { LR: "0.05" }', "1:15: SOLVER.LR: expected a number ≥ 0, got '0.05'"],
    [
      'DATASET: { TYPE: imagenet }',
      "1:18: DATASET.TYPE: expected cifar100, the only value that thermograd supports, got 'imagenet'",
    ],
    ['DISTILLER: { TYPE: MLKD }', '1:20: DISTILLER.TYPE: expected one of NONE, KD, AT, '],
    ['DISTILLER: { TEACHER: ResNet34 }', '1:23: DISTILLER.TEACHER: expected one of resnet14, '],
    [
      'EXPERIMENT: { LOGIT_STAND: true }',
      '1:15: EXPERIMENT.LOGIT_STAND: unknown key; expected one of PROJECT, NAME, TAG',
    ],
    [
      'SOLVER: {}\nRKD: { PDIST: { SQUARED: true } }',
      '2:26: RKD.PDIST.SQUARED: expected false, the only value that thermograd supports, got true',
    ],
    [
      'SOLVER: {}\nDKD: { TEMPERATURE: 4 }',
      '2:8: DKD.TEMPERATURE: unknown key; expected one of CE_WEIGHT, ALPHA, BETA, T, WARMUP',
    ],
    ['SOLVER: {}\nDKD: { BETA: -1 }', '2:14: DKD.BETA: expected a finite number ≥ 0, got -1'],
    ['SOLVER: {}\ndataset: cifar100', '2:1: dataset: unknown key; did you mean "DATASET"?'],
  ])('should be refused where it says what is not known: %j', (text, message) => {
    expect(() => resolved(text)).toThrow(`dkd.yaml:${message}`)
  })
})
