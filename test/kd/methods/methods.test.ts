import { beforeAll, describe, expect, it } from 'vitest'
import { grad, gradientCheck, openExecutor, type Tensor, tensor, useExecutor } from '../../../engine/index.ts'
import { distiller, type Method, type MethodName } from '../../../kd/index.ts'
import type { Predictions } from '../../../nn/index.ts'
import { expectClose, labelled, read } from '../numbers.ts'
import { FixedNetwork, noise } from './fixedNetwork.ts'
import { variants } from './variants.ts'

beforeAll(async () => useExecutor((await openExecutor('reference')).executor))

const student = new FixedNetwork([
  [2, 8, 8],
  [3, 8, 8],
  [4, 4, 4],
  [5, 2, 2],
])
const teacher = new FixedNetwork([
  [2, 8, 8],
  [3, 8, 8],
  [4, 2, 2],
  [5, 2, 2],
])
const count = 4
const trainingLabels = Int32Array.from({ length: 12 }, (_, i) => i % 4)
const lesson = {
  teacher: teacher.predict(count, 2),
  labels: labelled([0, 1, 2, 3]),
  epoch: 3,
  indices: Int32Array.of(4, 1, 6, 11),
}

function build(name: MethodName, options: object): Method {
  // `kdsvd` with a matrix by width needs maps of equal widths, which only a student like the teacher has.
  const learner = name === 'kdsvd' ? teacher : student
  const method = distiller(name, options).build({
    student: learner,
    teacher,
    image: [1, 8, 8],
    trainingLabels,
    seed: 5,
  })
  return method.to('float64')
}

function predict(name: MethodName): Predictions {
  return (name === 'kdsvd' ? teacher : student).predict(count, 1)
}

/** Predictions out of a list of their tensors, and back. */
const listed = ({ logits, features, preactivations, pooled }: Predictions) => [
  logits,
  pooled,
  ...features,
  ...preactivations,
]
const unlisted = ([logits, pooled, ...maps]: readonly Tensor[]): Predictions => ({
  logits,
  pooled,
  features: maps.slice(0, maps.length / 2),
  preactivations: maps.slice(maps.length / 2),
})

/** Copies of everything that a method owns. */
async function stateOf(method: Method): Promise<Map<string, Tensor>> {
  const copies = new Map<string, Tensor>()
  // The first lesson of `crd` settles its normalisers, by a value without gradient.
  for (const [name, value] of method.stateDict())
    if (name.startsWith('normaliser')) copies.set(name, tensor(30, { dtype: 'float64' }))
    else copies.set(name, tensor(await value.data(), { shape: value.shape }))
  return copies
}

describe.each(variants)('%s with %j', (name, options) => {
  it('should have the gradient of its differences with respect to the student', async () => {
    const method = build(name, options)
    const state = await stateOf(method)
    // Lessons move memories, so that each differentiation begins with the same.
    const loss = (...inputs: Tensor[]) =>
      method.loadStateDict(state).forward({ ...lesson, student: unlisted(inputs) }).loss
    const inputs = listed(predict(name))
    await expect(gradientCheck(loss, inputs, { order: 1, tolerance: 1e-5 })).resolves.toBeLessThan(1e-5)
  })

  it('should need of the teacher what it says', async () => {
    const { needsTeacher, needsFeatures } = distiller(name)
    const method = build(name, options)
    const student = predict(name)
    const logitsAlone = { ...lesson, student, teacher: { logits: lesson.teacher.logits } }
    if (needsFeatures) {
      expect(() => method.forward(logitsAlone)).toThrow(
        "method: expected the teacher's features, got only its logits",
      )
    } else {
      const whole = method.forward({ ...lesson, student })
      expect(await read(method.forward(logitsAlone).loss)).toEqual(await read(whole.loss))
    }
    if (needsTeacher) {
      expect(() => method.forward({ ...lesson, student, teacher: undefined })).toThrow(
        /^method: expected the teacher's (predictions|logits), got none$/,
      )
    }
  })

  it('should be the sum of its weighted parts, and take no gradient to the teacher', async () => {
    const method = build(name, options)
    const state = await stateOf(method)
    const { loss, task, distillation } = method.forward({ ...lesson, student: predict(name) })
    const parts = [task, ...(distillation ? [distillation] : [])].reduce((a, b) => a.add(b))
    if (name !== 'fitnet' || !('hintEpochs' in options))
      expectClose(await read(loss), await read(parts), 1e-12)
    const ofTeacher = listed(lesson.teacher)
    const again = method
      .loadStateDict(state)
      .forward({ ...lesson, teacher: unlisted(ofTeacher), student: predict(name) })
    for (const gradient of grad(again.loss, ofTeacher)) expect(Math.max(...(await read(gradient)))).toBe(0)
  })
})

/** Those that train something; the gradient of `ctkd` is reversed on purpose, see its own tests. */
const training = variants.filter(
  ([name, options]) => name !== 'ctkd' && build(name, options).parameters().length > 0,
)

describe.each(training)('%s with %j', (name, options) => {
  it('should have the gradient of its differences with respect to what it trains', async () => {
    const method = build(name, options)
    const trained = method.namedParameters()
    const state = await stateOf(method)
    const lossAt = (moved: ReadonlyMap<string, Tensor>) =>
      method.loadStateDict(new Map([...state, ...moved])).forward({ ...lesson, student: predict(name) }).loss
    const directions = new Map(trained.map(([parameter, { shape }], i) => [parameter, noise(shape, i)]))
    const movedBy = (step: number) =>
      new Map(
        [...directions].map(([parameter, direction]) => [
          parameter,
          state.get(parameter)!.add(direction.multiply(step)),
        ]),
      )
    const gradients = grad(lossAt(new Map()), method.parameters())
    let along = 0
    for (const [i, [parameter]] of trained.entries())
      along += (await read(gradients[i].multiply(directions.get(parameter)!).sum()))[0]
    const step = 1e-6
    const [above, below] = [await read(lossAt(movedBy(step))), await read(lossAt(movedBy(-step)))]
    expectClose([along], [(above[0] - below[0]) / (2 * step)], 1e-5)
  })
})

describe('crd', () => {
  it('should remember a little of every lesson, of its samples alone', async () => {
    const method = build('crd', { negatives: 5, dimensions: 3, momentum: 0.25 })
    const before = await stateOf(method)
    method.forward({ ...lesson, student: predict('crd') })
    const [old, now] = [await read(before.get('memory_s')!), await read(method.stateDict().get('memory_s')!)]
    for (let sample = 0; sample < 12; sample++) {
      const rows = [old, now].map((memory) => memory.slice(3 * sample, 3 * sample + 3))
      if ([4, 1, 6, 11].includes(sample)) {
        expect(rows[1]).not.toEqual(rows[0])
        expect(Math.hypot(...rows[1])).toBeCloseTo(1, 12)
      } else expect(rows[1]).toEqual(rows[0])
    }
    expect(before.get('normaliser_s')!.size).toBe(1)
    expect((await read(method.stateDict().get('normaliser_s')!))[0]).toBeGreaterThan(0)
  })
})

describe('a method', () => {
  it('should start from weights that depend on the seed alone', async () => {
    const weightsOf = async (seed: number) => {
      const pair = { student, teacher, image: [1, 8, 8], trainingLabels, seed }
      return Promise.all(
        [...distiller('crd', { dimensions: 3 }).build(pair).stateDict().values()].map((value) => read(value)),
      )
    }
    expect(await weightsOf(1)).toEqual(await weightsOf(1))
    expect(await weightsOf(1)).not.toEqual(await weightsOf(2))
  })

  const pair = { student, teacher, image: [1, 8, 8] }
  const refusals: [string, () => unknown, string][] = [
    [
      'ofd of a teacher without a norm for each stage',
      () =>
        distiller('ofd').build({
          ...pair,
          teacher: new FixedNetwork(teacher.shapes, { oneNormEach: false }),
        }),
      'ofd: expected a teacher with one batch norm before the ReLU of each stage, got one with several',
    ],
    [
      'fitnet at a stage that is not there',
      () => distiller('fitnet', { stage: 4 }).build(pair),
      'fitnet: expected option stage to be an integer in 0 … 3, got 4',
    ],
    [
      'fitnet for much larger maps',
      () =>
        distiller('fitnet').build({
          ...pair,
          student: new FixedNetwork([
            [2, 8, 8],
            [3, 8, 8],
            [4, 1, 1],
          ]),
          teacher: new FixedNetwork([
            [2, 8, 8],
            [3, 8, 8],
            [4, 4, 4],
          ]),
        }),
      "fitnet: expected the student's maps to be half the size of the teacher's, or at least as large, got [1, 1] and [4, 4]",
    ],
    [
      'crd without labels',
      () => distiller('crd').build(pair),
      'crd: expected the labels of all training images, got none',
    ],
    [
      'crd with one class',
      () => distiller('crd').build({ ...pair, trainingLabels: Int32Array.of(2, 2) }),
      'crd: expected training images of at least two classes, got 1',
    ],
    [
      'crd without the numbers of the samples',
      () =>
        build('crd', { negatives: 5 }).forward({ ...lesson, indices: undefined, student: predict('crd') }),
      'crd: expected the indices of the samples, got none',
    ],
    [
      'a lesson without a teacher',
      () => build('at', {}).forward({ ...lesson, teacher: undefined, student: predict('at') }),
      "method: expected the teacher's predictions, got none",
    ],
  ]
  it.each(refusals)('should refuse %s', (_, attempt, message) => {
    expect(attempt).toThrow(message)
  })
})
