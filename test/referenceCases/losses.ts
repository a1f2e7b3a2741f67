import { describe, it } from 'vitest'
import { grad, type Tensor, tensor } from '../../engine/index.ts'
import { type Distillation, dkd, dtkd, kd } from '../../kd/index.ts'
import { expectClose, labelled, largest, type Precision } from './precision.ts'

interface Batch {
  readonly student: readonly number[][]
  readonly teacher: readonly number[][]
  readonly labels: readonly number[]
}

interface Expected {
  readonly loss: number
  /** With respect to the student's logits. */
  readonly grad: readonly number[][]
}

export interface DtkdCase extends Batch, Expected {
  readonly tag: string
  readonly alpha: number
  readonly beta: number
  readonly ceWeight: number
  readonly referenceTemperature: number
  readonly warmup: number
  readonly epoch: number
  readonly teacherTemperature: readonly number[]
  readonly studentTemperature: readonly number[]
  readonly sharpnessStudent: readonly number[]
  readonly sharpnessTeacher: readonly number[]
}

interface DkdExpected extends Expected {
  readonly alpha: number
  readonly beta: number
}

export interface KdDkdCase extends Batch {
  readonly temperature: number
  readonly kd: Expected
  readonly tckd: DkdExpected
  readonly nckd: DkdExpected
  readonly dkd: DkdExpected
}

/** How far PyTorch's float32 is from its float64, in absolute numbers; null where its float32 is not finite. */
export interface Deviation {
  readonly loss: number | null
  readonly grad: number | null
}

type LossName = 'kd' | 'tckd' | 'nckd' | 'dkd'

type LossOf = (student: Tensor, teacher: Tensor, labels: Tensor) => Distillation

type Others = (distillation: Distillation) => Record<string, readonly [Tensor, readonly number[]]>

/**
 * Holds loss and gradient to a case, then the other expected numbers, by name, to what `others` takes of it. The
 * gradient may be off by `conditioning` times as much.
 */
async function check(
  precision: Precision,
  batch: Batch,
  expected: Expected,
  lossOf: LossOf,
  {
    others = () => ({}),
    conditioning = 1,
    deviation = { loss: 0, grad: 0 },
  }: { others?: Others; conditioning?: number; deviation?: Deviation } = {},
): Promise<void> {
  const executor = await precision.open()
  const { dtype, losses, ofPyTorch } = precision
  const student = tensor(batch.student, { dtype })
  const distillation = lossOf(student, tensor(batch.teacher, { dtype }), labelled(batch.labels))
  const [gradient] = grad(distillation.loss, [student])
  expectClose('gradient', await gradient.data({ executor }), expected.grad.flat(), losses * conditioning, {
    deviation: ofPyTorch * (deviation.grad ?? 0),
  })
  for (const [name, [actual, numbers]] of Object.entries(others(distillation))) {
    expectClose(name, await actual.data({ executor }), numbers, losses)
  }
  // The unguarded formula makes negative terms that nearly cancel the others: the largest one gives the scale.
  const summands = await Promise.all(Object.values(distillation.terms).map((term) => term.item({ executor })))
  const scale = largest([expected.loss, ...summands.filter((term) => term < 0)])
  expectClose('loss', await distillation.loss.data({ executor }), [expected.loss], losses, {
    scale,
    deviation: ofPyTorch * (deviation.loss ?? 0),
  })
}

/** DTKD by the authors' code: published temperatures, no guard, gradient through the temperatures. */
export function describeDtkd(
  cases: readonly DtkdCase[],
  precisions: readonly Precision[],
  deviations: readonly Deviation[] = [],
): void {
  describe.each(precisions)('on the $name', (precision) => {
    it.each(cases.map((each, i) => [i, each.tag, each] as const))('case %i, %s', (i, __, each) =>
      check(
        precision,
        each,
        each,
        (student, teacher, labels) =>
          dtkd(student, teacher, labels, {
            alpha: each.alpha,
            beta: each.beta,
            crossEntropyWeight: each.ceWeight,
            referenceTemperature: each.referenceTemperature,
            warmUp: each.warmup,
            epoch: each.epoch,
            guard: 'none',
          }),
        {
          others: ({ temperatures, sharpness }) => ({
            'teacher temperature': [temperatures.teacher, each.teacherTemperature],
            'student temperature': [temperatures.student, each.studentTemperature],
            'teacher sharpness': [sharpness.teacher, each.sharpnessTeacher],
            'student sharpness': [sharpness.student, each.sharpnessStudent],
          }),
          conditioning: conditioningOf(each),
          deviation: deviations[i],
        },
      ),
    )
  })
}

/**
 * T = 2τ x / (x + y) lies between 0 and 2τ where both maxima are positive. Where they are not, x + y may nearly cancel,
 * and a rounding error of x comes out |T| / 2τ times as large.
 */
function conditioningOf({ teacherTemperature, studentTemperature, referenceTemperature }: DtkdCase): number {
  return Math.max(1, largest([...teacherTemperature, ...studentTemperature]) / (2 * referenceTemperature))
}

/** KD, TCKD, NCKD and DKD: the distillation terms alone. */
export function describeKdDkd(
  cases: readonly KdDkdCase[],
  precisions: readonly Precision[],
  deviations: readonly Readonly<Record<LossName, Deviation>>[] = [],
): void {
  describe.each(precisions)('on the $name', (precision) => {
    describe.each(cases.map((each, i) => [i, each.temperature, each] as const))(
      'case %i, T = %f',
      (i, __, each) => {
        const options = { referenceTemperature: each.temperature, crossEntropyWeight: 0 }
        it('kd', () =>
          check(precision, each, each.kd, (...batch) => kd(...batch, { ...options, weight: 1 }), {
            deviation: deviations[i]?.kd,
          }))
        it.each(['tckd', 'nckd', 'dkd'] as const)('%s', (name) => {
          const { alpha, beta } = each[name]
          return check(
            precision,
            each,
            each[name],
            (...batch) => dkd(...batch, { ...options, alpha, beta }),
            { deviation: deviations[i]?.[name] },
          )
        })
      },
    )
  })
}
