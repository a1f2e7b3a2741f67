import { demand } from '../../base/errors.ts'
import type { Precision } from './floats.ts'

/** Logits of a batch on the host: a row of K numbers for each of N samples. */
export type Rows = number[][]

/** The arguments of a loss. Every call gets fresh arrays. */
export type Arguments = [student: Rows, teacher: Rows, labels: number[]]

/**
 * A loss on the host: maps the logits of student and teacher [N, K] and labels [N] to the mean over the batch. It may
 * be implemented in any way, and may be asynchronous.
 */
export type LossFunction = (...batch: Arguments) => number | Promise<number>

/** A loss with optional parts in addition to its value. Each part that is present is checked against further laws. */
export interface LossObject {
  readonly loss: LossFunction
  /** ∂ loss / ∂ student logits [N, K], as an optimizer would receive it. */
  readonly gradient?: (...batch: Arguments) => Rows | Promise<Rows>
  /** ∂ loss / ∂ teacher logits [N, K], as a teacher that is not frozen would receive it. */
  readonly teacherGradient?: (...batch: Arguments) => Rows | Promise<Rows>
  /** The temperatures of each sample, [N] each. */
  readonly temperatures?:
    | ((student: Rows, teacher: Rows) => HostTemperatures | Promise<HostTemperatures>)
    | undefined
  /** The loss of each sample [N], before the mean. */
  readonly perSample?: (...batch: Arguments) => number[] | Promise<number[]>
  /** The two terms of DKD: unweighted means over the batch, with the temperature factor. */
  readonly terms?: ((...batch: Arguments) => DecoupledTerms | Promise<DecoupledTerms>) | undefined
  /** The loss in an epoch, counting from 1, if it has a warm-up; `loss` is the loss after the warm-up. */
  readonly atEpoch?: ((epoch: number, ...batch: Arguments) => number | Promise<number>) | undefined
  /** The loss at another reference temperature; `loss` is the loss at the profile's. */
  readonly atTemperature?:
    | ((temperature: number, ...batch: Arguments) => number | Promise<number>)
    | undefined
  /** S of each row [N]. */
  readonly sharpness?: (logits: Rows) => number[] | Promise<number[]>
  /** The precision of its arithmetic. Default: float64 or float32, as detected from its values. */
  readonly dtype?: Precision
  /** Where another process computes the loss: `processLoss` sets it. Laws are then checked side by side. */
  readonly connection?: LossConnection
}

/** A connection that may fail, and limits the time of answers itself. */
export interface LossConnection {
  /** The error that ended it, if any. */
  readonly failure: () => Error | undefined
}

export interface HostTemperatures {
  readonly student: number[]
  readonly teacher: number[]
}

export interface DecoupledTerms {
  readonly tckd: number
  readonly nckd: number
}

/** A loss under test: a plain function, or an object with further parts. */
export type HostLoss = LossFunction | LossObject

/** The names of the functions that a loss may have. */
export const lossParts = [
  'loss',
  'gradient',
  'teacherGradient',
  'temperatures',
  'perSample',
  'terms',
  'atEpoch',
  'atTemperature',
  'sharpness',
] as const satisfies readonly (keyof LossObject)[]

export type LossPart = (typeof lossParts)[number]

/** Changes a part of a loss to one of the same type. */
type PartChange = <Given extends unknown[], Value>(
  name: LossPart,
  part: (this: LossObject, ...given: Given) => Value | Promise<Value>,
) => (...given: Given) => Value | Promise<Value>

/** Returns a loss with all its parts changed, even those that it inherits. */
export function withParts(loss: LossObject, change: PartChange): LossObject {
  const { dtype, connection, gradient, teacherGradient, temperatures, perSample, terms } = loss
  const { atEpoch, atTemperature, sharpness } = loss
  return {
    ...(dtype !== undefined && { dtype }),
    ...(connection && { connection }),
    loss: change('loss', loss.loss),
    ...(gradient && { gradient: change('gradient', gradient) }),
    ...(teacherGradient && { teacherGradient: change('teacherGradient', teacherGradient) }),
    ...(temperatures && { temperatures: change('temperatures', temperatures) }),
    ...(perSample && { perSample: change('perSample', perSample) }),
    ...(terms && { terms: change('terms', terms) }),
    ...(atEpoch && { atEpoch: change('atEpoch', atEpoch) }),
    ...(atTemperature && { atTemperature: change('atTemperature', atTemperature) }),
    ...(sharpness && { sharpness: change('sharpness', sharpness) }),
  }
}

/** Returns either form as an object. Throws `InvalidInputError` for anything that is not a loss. */
export function lossObject(loss: HostLoss): LossObject {
  if (typeof loss === 'function') return { loss }
  demand(
    typeof loss === 'object' && loss !== null && typeof loss.loss === 'function',
    () => `laws: expected a loss (a function, or an object with a function 'loss'), got ${kindOf(loss)}`,
  )
  for (const [name, part] of Object.entries(loss)) {
    demand(
      !lossParts.some((known) => known === name) || part === undefined || typeof part === 'function',
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
