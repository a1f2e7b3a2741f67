import type { Tensor } from '../../engine/tensor.ts'
import type { Module } from '../module.ts'

/** What a classifier computes of images [N, C, H, W]. */
export interface Predictions {
  /** [N, classes] */
  readonly logits: Tensor
  /** The maps after the stem and after each stage. */
  readonly features: readonly Tensor[]
  /** What the last layer sees: [N, width]. */
  readonly pooled: Tensor
}

/** An image classifier. */
export type Network = Module<Predictions>

export interface NetworkOptions {
  /** Default 100. */
  classes?: number
  /** Of the images. Default 3. */
  channels?: number
}
