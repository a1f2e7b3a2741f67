import { anInstance, type Rule, type Rules } from '../../base/arguments.ts'
import type { Tensor } from '../../engine/index.ts'
import { widthRule } from '../arguments.ts'
import type { BatchNorm2d } from '../layers/index.ts'
import { Module } from '../module.ts'

/** The output of a classifier for images [N, C, H, W]. */
export interface Predictions {
  /** [N, classes] */
  readonly logits: Tensor
  /** The maps after the stem and after each stage. */
  readonly features: readonly Tensor[]
  /** As `features`, but each stage's maps before the ReLU that ends or follows the stage. */
  readonly preactivations: readonly Tensor[]
  /** Input of the last layer: [N, width]. */
  readonly pooled: Tensor
}

/** An image classifier. */
export abstract class Network extends Module<Predictions> {
  /** Number of channels of each of the `features`. */
  abstract readonly stageChannels: readonly number[]

  /**
   * Returns the batch norms whose outputs, leaving shortcuts aside, are the `preactivations` after the stem's.
   * `undefined` if the input of a ReLU concatenates several batch norms.
   */
  normsBeforeReLU(): readonly BatchNorm2d[] | undefined {
    return undefined
  }
}

export interface NetworkOptions {
  /** Number of classes. Default 100. */
  classes?: number | undefined
  /** Number of channels of the images. Default 3. */
  channels?: number | undefined
}

export const networkOptions: Rules<NetworkOptions> = { classes: widthRule, channels: widthRule }

export const networkRule: Rule = anInstance('a network', Network)
