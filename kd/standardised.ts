import { check, oneOf } from '../base/arguments.ts'
import { add, divide, mean, multiply, sqrt, square, subtract, type Tensor } from '../engine/index.ts'
import { checkTensors } from '../nn/arguments.ts'
import * as option from './option.ts'
import type { GivenOptions, SettingsOf } from './options.ts'

/** The scale on which a loss compares logits. */
export const logitOptions = {
  /** `'raw'`, or `standardised` with the population's or the sample's deviation. Default `'raw'`. */
  logits: option.oneOf(['raw', 'standardised', 'standardised-sample'], 'raw'),
}

export interface LogitOptions extends GivenOptions<typeof logitOptions> {}

export type LogitSettings = SettingsOf<typeof logitOptions>

const deviations = oneOf(['population', 'sample'])

/**
 * Standardises rows of logits [N, K] to mean 0 and deviation 1; the student then need not match the magnitude of the
 * teacher's logits:
 *
 *     (z − mean z) / σ(z)        σ(z)² = 1/K Σᵢ (zᵢ − mean z)²
 *
 * Source: logit standardisation (Sun et al., arXiv 2403.01427). The authors' code divides by σ + 10⁻⁷ with the sample's
 * deviation, with 1/(K − 1) for 1/K: `deviation: 'sample'`. 10⁻¹⁴ is added to the variance: a constant row becomes
 * zeros with a finite gradient, and in other rows the addition is far below rounding.
 */
export function standardised(logits: Tensor, deviation: 'population' | 'sample' = 'population'): Tensor {
  check('standardised', 'deviation', deviation, deviations)
  checkTensors('standardised', { logits }, 2)
  const keepDimensions = true
  const centred = subtract(logits, mean(logits, -1, { keepDimensions }))
  const variance = mean(square(centred), -1, { keepDimensions })
  const classes = logits.shape[1]
  const divisor =
    deviation === 'population'
      ? sqrt(add(variance, smallestVariance))
      : add(sqrt(add(multiply(variance, classes / Math.max(classes - 1, 1)), smallestVariance)), 1e-7)
  return divide(centred, divisor)
}

const smallestVariance = 1e-14

/** Returns the function that brings logits to the named scale. */
export function scaleOf(name: LogitSettings['logits']): (logits: Tensor) => Tensor {
  switch (name) {
    case 'raw':
      return (logits) => logits
    case 'standardised':
      return (logits) => standardised(logits)
    case 'standardised-sample':
      return (logits) => standardised(logits, 'sample')
  }
}
