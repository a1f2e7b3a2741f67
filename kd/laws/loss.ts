import { demand } from '../../base/errors.ts'

/** Logits of a batch on the host: a row of K numbers for each of N samples. */
export type Rows = number[][]

/** What a loss works on. The kit hands out fresh arrays every time. */
export type Arguments = [student: Rows, teacher: Rows, labels: number[]]

/**
 * A loss on the host: logits of student and teacher [N, K] and labels [N] to the mean over the batch. It may compute
 * with whatever it likes, and take its time.
 */
export type LossFunction = (...batch: Arguments) => number | Promise<number>

/** A loss that shows more than its value. What it offers is held to further laws; what it does not is not. */
export interface LossObject {
  readonly loss: LossFunction
  /** ∂ loss / ∂ student logits [N, K]: what an optimizer would get. */
  readonly gradient?: (...batch: Arguments) => Rows | Promise<Rows>
  /** ∂ loss / ∂ teacher logits [N, K]: what would reach a teacher that is not frozen. */
  readonly teacherGradient?: (...batch: Arguments) => Rows | Promise<Rows>
  /** The temperatures of each sample, [N] each. */
  readonly temperatures?:
    | ((student: Rows, teacher: Rows) => HostTemperatures | Promise<HostTemperatures>)
    | undefined
  /** The loss of each sample [N], before the mean. */
  readonly perSample?: (...batch: Arguments) => number[] | Promise<number[]>
  /** The two terms of DKD, means over the batch with the factor of temperatures, before their weights. */
  readonly terms?: ((...batch: Arguments) => DecoupledTerms | Promise<DecoupledTerms>) | undefined
  /** The loss in an epoch, counting from 1, of a loss with a warm-up; `loss` is the one after it. */
  readonly atEpoch?: ((epoch: number, ...batch: Arguments) => number | Promise<number>) | undefined
  /** S of each row [N]. */
  readonly sharpness?: (logits: Rows) => number[] | Promise<number[]>
  /** What it computes in. Default: the kit finds out. */
  readonly dtype?: 'float64' | 'float32'
}

export interface HostTemperatures {
  readonly student: number[]
  readonly teacher: number[]
}

export interface DecoupledTerms {
  readonly tckd: number
  readonly nckd: number
}

/** What the kit tests: a plain function, or an object that shows more. */
export type HostLoss = LossFunction | LossObject

const parts = ['gradient', 'teacherGradient', 'temperatures', 'perSample', 'terms', 'atEpoch', 'sharpness']

/** Either form as an object. Throws `InvalidInputError` for what is no loss. */
export function lossObject(loss: HostLoss): LossObject {
  if (typeof loss === 'function') return { loss }
  demand(
    typeof loss === 'object' && loss !== null && typeof loss.loss === 'function',
    () => `laws: expected a loss (a function, or an object with a function 'loss'), got ${kindOf(loss)}`,
  )
  for (const [name, part] of Object.entries(loss)) {
    demand(
      !parts.includes(name) || part === undefined || typeof part === 'function',
      () => `laws: expected '${name}' of the loss to be a function, got ${kindOf(part)}`,
    )
  }
  return loss
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  return typeof value === 'object'
    ? `an object with ${Object.keys(value).join(', ') || 'nothing'}`
    : typeof value
}
