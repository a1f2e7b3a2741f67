import { type Executor, grad, type Tensor, tensor } from '../../engine/index.ts'
import { sharpness, type Temperatures } from '../index.ts'
import type { LossObject, Rows } from './loss.ts'

/** A loss on tensors: logits [N, K] of both sides, labels [N] int32. */
export interface TensorLoss {
  /** The mean over the batch, a scalar; without an epoch, the loss after the warm-up. */
  readonly loss: (student: Tensor, teacher: Tensor, labels: Tensor, epoch?: number) => Tensor
  /** The same at another reference temperature than 4. */
  readonly atTemperature?: (temperature: number, student: Tensor, teacher: Tensor, labels: Tensor) => Tensor
  /** Whether `loss` has a warm-up. */
  readonly warmsUp?: boolean
  readonly temperatures?: ((student: Tensor, teacher: Tensor) => Temperatures) | undefined
  readonly terms?: (student: Tensor, teacher: Tensor, labels: Tensor) => { tckd: Tensor; nckd: Tensor }
}

/**
 * Wraps a loss on tensors as a loss on host arrays, with all parts that laws need. It is computed by `executor`, in
 * float64 on the reference executor and in float32 on all others.
 */
export function hostLoss(
  { loss, atTemperature, warmsUp, temperatures, terms }: TensorLoss,
  executor: Executor,
): LossObject {
  const dtype = executor.name === 'reference' ? 'float64' : 'float32'
  const matrix = (rows: Rows) => tensor(rows, { dtype })
  const vector = (labels: number[]) => tensor(labels, { dtype: 'int32' })
  const numbers = async (x: Tensor) => Array.from(await x.data({ executor }))
  const number = (x: Tensor) => x.item({ executor })
  const gradientBy = (side: 'student' | 'teacher') => async (v: Rows, u: Rows, labels: number[]) => {
    const sides = { student: matrix(v), teacher: matrix(u) }
    const [gradient] = grad(loss(sides.student, sides.teacher, vector(labels)), [sides[side]])
    const flat = await numbers(gradient)
    return v.map((row, n) => flat.slice(n * row.length, (n + 1) * row.length))
  }
  return {
    dtype,
    loss: (v, u, labels) => number(loss(matrix(v), matrix(u), vector(labels))),
    gradient: gradientBy('student'),
    teacherGradient: gradientBy('teacher'),
    sharpness: (rows) => numbers(sharpness(matrix(rows))),
    temperatures:
      temperatures &&
      (async (v, u) => {
        const { student, teacher } = temperatures(matrix(v), matrix(u))
        return { student: await numbers(student), teacher: await numbers(teacher) }
      }),
    terms:
      terms &&
      (async (v, u, labels) => {
        const { tckd, nckd } = terms(matrix(v), matrix(u), vector(labels))
        return { tckd: await number(tckd), nckd: await number(nckd) }
      }),
    atTemperature:
      atTemperature &&
      ((tau, v, u, labels) => number(atTemperature(tau, matrix(v), matrix(u), vector(labels)))),
    atEpoch: warmsUp
      ? (epoch, v, u, labels) => number(loss(matrix(v), matrix(u), vector(labels), epoch))
      : undefined,
  }
}
