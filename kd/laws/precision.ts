import { demand, describe } from '../../base/errors.ts'
import { argumentsOf, type LogitBatch } from './arbitraries.ts'
import { isOf, type Precision, precisions, unitRoundoff } from './floats.ts'
import type { LossObject } from './loss.ts'

/** Generic batches: no ties, no symmetry, both largest logits positive. */
export const genericBatches: readonly LogitBatch[] = [
  { student: [[1.5, -0.25, 0.75]], teacher: [[-0.5, 2.25, 1.125]], labels: [2] },
  {
    student: [
      [2.75, 0.5, -1.25],
      [-0.375, 1.625, 0.25],
    ],
    teacher: [
      [3.5, -2.5, 0.625],
      [0.875, -1.75, 4.25],
    ],
    labels: [0, 2],
  },
  {
    student: [
      [0.5, 1.75, -2.5, 3.125, 0.0625],
      [-1.5, 0.375, 2.25, -0.75, 1.0625],
      [4.5, -3.25, 1.375, 0.125, -0.875],
    ],
    teacher: [
      [5.25, -0.5, 1.375, -2.75, 0.1875],
      [0.75, 3.5, -1.125, 2.0625, -4.25],
      [1.875, 2.5, -0.625, -5.5, 0.3125],
    ],
    labels: [3, 0, 1],
  },
  {
    student: [
      [1.25, -0.5, 2.375, 0.625, -1.75, 0.0625],
      [0.25, 3.5, -2.125, 1.5, 0.875, -0.375],
    ],
    teacher: [
      [-1.375, 0.5, 4.125, 2.75, -0.25, 1.0625],
      [2.5, 0.125, -3.75, 0.625, 1.875, -1.5],
    ],
    labels: [5, 1],
  },
]

/** A batch in which the largest logit of one side or of both is negative, for losses that are defined there. */
export const oppositeMaxima: LogitBatch = {
  student: [
    [-0.75, -2.5, -1.125],
    [0.625, -1.25, 2.5],
    [0.25, -1, -2.5],
    [-1.25, -0.5, -2],
  ],
  teacher: [
    [1.5, 0.25, -3.125],
    [-0.5, -1.75, -2.25],
    [-1.75, -2.5, -3],
    [-0.25, -3, -1.5],
  ],
  labels: [1, 2, 0, 1],
}

/** A step that changes values in float64 but not in float32. */
const fineStep = 2 ** -30

/** A step whose effect exceeds the rounding of float32. */
const coarseStep = 2 ** -9

/**
 * Returns the precision in which a loss computes, as declared or as detected from its values: those of float32 are
 * numbers of float32, and change linearly over steps that exceed its rounding, but not over steps that are lost in it.
 * Anything else, such as a value rounded to some decimals or to float16, counts as float64, as does a loss that throws.
 */
export async function precisionOf(loss: LossObject): Promise<Precision> {
  const { dtype } = loss
  if (dtype !== undefined) {
    demand(
      precisions.includes(dtype),
      () => `laws: expected dtype to be one of ${precisions.join(', ')}, got ${describe(dtype)}`,
    )
    return dtype
  }
  try {
    const seem = await Promise.all(genericBatches.map((batch) => seemsFloat32(loss, batch)))
    return seem.every(Boolean) ? 'float32' : 'float64'
  } catch {
    return 'float64'
  }
}

async function seemsFloat32({ loss }: LossObject, batch: LogitBatch): Promise<boolean> {
  const values: number[] = []
  const at = async (by: number) => {
    const student = batch.student.map((row) => row.with(0, row[0] + by))
    const value = await loss(...argumentsOf({ ...batch, student }))
    values.push(value)
    return value
  }
  /** The change over one step, and its difference from half the change over two. */
  const changeOver = async (step: number) => {
    const once = (await at(step)) - (await at(-step))
    const twice = (await at(2 * step)) - (await at(-2 * step))
    return { once, bend: Math.abs(twice - 2 * once) }
  }
  const fine = await changeOver(fineStep)
  const coarse = await changeOver(coarseStep)
  const isSmooth = fine.once !== 0 && fine.bend < Math.abs(fine.once) / 100
  const noise = 256 * unitRoundoff.float32 * (1 + Math.max(...values.map(Math.abs)))
  return !isSmooth && coarse.bend <= noise && values.every((value) => isOf('float32', value))
}
