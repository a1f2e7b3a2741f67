import { anInstance, type Rule, type Rules } from '../../base/arguments.ts'
import type { Tensor } from '../../engine/index.ts'
import { widthRule } from '../arguments.ts'
import type { BatchNorm2d } from '../layers/index.ts'
import { Module } from '../module.ts'

/** What a classifier computes of images [N, C, H, W]. */
export interface Predictions {
  /** [N, classes] */
  readonly logits: Tensor
  /** The maps after the stem and after each stage. */
  readonly features: readonly Tensor[]
  /** As `features`, but each stage's maps as the ReLU that ends the stage, or follows it, sees them. */
  readonly preactivations: readonly Tensor[]
  /** What the last layer sees: [N, width]. */
  readonly pooled: Tensor
}

/** An image classifier. */
export abstract class Network extends Module<Predictions> {
  /** The channels of each of the `features`. */
  abstract readonly stageChannels: readonly number[]

  /**
   * The batch norms whose outputs are `preactivations` after the stem's, where shortcuts are left out. Undefined where
   * what a ReLU sees comes from several batch norms side by side.
   */
  normsBeforeReLU(): readonly BatchNorm2d[] | undefined {
    return undefined
  }
}

export interface NetworkOptions {
  /** Default 100. */
  classes?: number
  /** Of the images. Default 3. */
  channels?: number
}

export const networkOptions: Rules<NetworkOptions> = { classes: widthRule, channels: widthRule }

export const networkRule: Rule = anInstance('a network', Network)
