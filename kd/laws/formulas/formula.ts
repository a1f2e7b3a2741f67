import { demand } from '../../../base/errors.ts'
import type { Definition, JointDefinition, Sample } from './definition.ts'
import { magnitude, type Row } from './rows.ts'

/**
 * The formula of a loss of one sample, as a profile states it. Only `value` is required: the gradient defaults to a
 * numeric one, and the bounds of rounding errors to first-order bounds for a log-softmax and a sum over the classes.
 */
export interface Formula extends Partial<Definition> {
  value(sample: Sample): number
  /** The size of the largest intermediate value, such as T², beside the value itself. Default 1. */
  scale?(sample: Sample): number
}

/** The formula of a loss that is not a mean over samples; only `value`, over the whole batch, is required. */
export interface JointFormula extends Partial<JointDefinition> {
  value(samples: readonly Sample[]): number
  /** The size of the largest intermediate value. Default 1. */
  scale?(samples: readonly Sample[]): number
}

/** The error of a numeric derivative, relative to the size of the values. */
const numericError = 2 ** -30

/** Adds the parts that a formula leaves out. */
export function definitionOf(formula: Formula): Definition {
  demandValue(formula)
  const sizeOf = (sample: Sample) => (formula.scale?.(sample) ?? 1) + Math.abs(formula.value(sample))
  const roundings = (sample: Sample, roundoff: number) => roundoff * roundingsOf([sample]) * sizeOf(sample)
  const numeric = formula.gradient ? 0 : numericError
  return {
    gradient: (sample) => slopes(sample.v, (v) => formula.value({ ...sample, v })),
    rounding: roundings,
    gradientRounding: (sample, roundoff) =>
      sample.v.map(() => roundings(sample, roundoff) + numeric * sizeOf(sample)),
    ...formula,
  }
}

/** Adds the parts that a formula of a whole batch leaves out. */
export function jointDefinitionOf(formula: JointFormula): JointDefinition {
  demandValue(formula)
  const sizeOf = (samples: readonly Sample[]) =>
    (formula.scale?.(samples) ?? 1) + Math.abs(formula.value(samples))
  const roundings = (samples: readonly Sample[], roundoff: number) =>
    roundoff * samples.length * roundingsOf(samples) * sizeOf(samples)
  const numeric = formula.gradient ? 0 : numericError
  return {
    gradient: (samples, n) =>
      slopes(samples[n].v, (v) => formula.value(samples.with(n, { ...samples[n], v }))),
    rounding: roundings,
    gradientRounding: (samples, n, roundoff) =>
      samples[n].v.map(() => roundings(samples, roundoff) + numeric * sizeOf(samples)),
    ...formula,
  }
}

/** A joint definition as one of single samples: batches of one. */
export function aloneOf(joint: JointDefinition): Definition {
  return {
    value: (sample) => joint.value([sample]),
    gradient: (sample) => joint.gradient([sample], 0),
    rounding: (sample, roundoff) => joint.rounding([sample], roundoff),
    gradientRounding: (sample, roundoff) => joint.gradientRounding([sample], 0, roundoff),
  }
}

function demandValue(formula: { readonly value: unknown }): void {
  demand(
    typeof formula?.value === 'function',
    () =>
      `laws: expected the definition of a profile to have a function 'value', got ${typeof formula?.value}`,
  )
}

/** Twice the roundings of a log-softmax of the largest logits and of a sum over the classes. */
function roundingsOf(samples: readonly Sample[]): number {
  const classes = samples[0].v.length
  const size = Math.max(...samples.map(({ v, u }) => magnitude(v) + magnitude(u)))
  return 2 * (8 * size + 2 * classes + 6 + 2 * Math.log(classes))
}

/** The step of numeric derivatives. */
const step = 2 ** -9

/** The derivative in each entry of a row, by five-point differences. */
function slopes(row: Row, value: (row: Row) => number): number[] {
  return row.map((entry, j) => {
    const at = (steps: number) => value(row.with(j, entry + steps * step))
    return (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * step)
  })
}
