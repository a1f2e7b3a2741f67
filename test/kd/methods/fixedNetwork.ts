import { RandomStream, streamKey, type Tensor, tensor, zeros } from '../../../engine/index.ts'
import { BatchNorm2d, Network, type Predictions } from '../../../nn/index.ts'

/** Channels, height and width of the maps of the stem and of each stage. */
export type Shapes = readonly (readonly [channels: number, height: number, width: number])[]

/** Normally distributed float64 numbers, others for another seed. */
export function noise(shape: readonly number[], seed: number): Tensor {
  return tensor(normalNumbers(shape, seed), { shape: [...shape] })
}

/** The numbers of `noise`, in row-major order. */
export function normalNumbers(shape: readonly number[], seed: number): Float64Array {
  const stream = new RandomStream(streamKey(seed, 'noise'))
  const size = shape.reduce((product, length) => product * length, 1)
  return Float64Array.from({ length: size }, () => stream.normal())
}

export interface FixedNetworkOptions {
  /** Whether `normsBeforeReLU` has any. Default true. */
  oneNormEach?: boolean
  /** Of its batch norms. Default float64. */
  dtype?: 'float32' | 'float64'
}

/** A network of which nothing is known but the shapes of its maps. */
export class FixedNetwork extends Network {
  readonly shapes: Shapes
  readonly stageChannels: readonly number[]
  readonly #norms: readonly BatchNorm2d[]

  constructor(shapes: Shapes, { oneNormEach = true, dtype = 'float64' }: FixedNetworkOptions = {}) {
    super()
    this.shapes = shapes
    this.stageChannels = shapes.map(([channels]) => channels)
    const afterStem = oneNormEach ? this.stageChannels.slice(1) : []
    this.#norms = afterStem.map((channels, i) => {
      const norm = new BatchNorm2d(channels).to(dtype)
      norm.weight.assign(tensor(normalNumbers([channels], 100 + i), { dtype }))
      norm.bias.assign(tensor(normalNumbers([channels], 200 + i), { dtype }))
      return norm
    })
  }

  override normsBeforeReLU(): readonly BatchNorm2d[] | undefined {
    return this.#norms.length > 0 ? this.#norms : undefined
  }

  override forward({ shape: [count] }: Tensor): Predictions {
    const maps = this.shapes.map((shape) => zeros([count, ...shape], 'float64'))
    return {
      logits: zeros([count, 4], 'float64'),
      features: maps,
      preactivations: maps,
      pooled: zeros([count, this.stageChannels.at(-1)!], 'float64'),
    }
  }

  /**
   * Noise instead of everything that the network would predict for so many images of four classes. Features are
   * positive, and not cut off at 0: there is no gradient where a map is all zeros.
   */
  predict(count: number, seed: number): Predictions {
    const preactivations = this.shapes.map((shape, i) => noise([count, ...shape], 10 * seed + i))
    return {
      logits: noise([count, 4], 10 * seed + 7),
      preactivations,
      features: preactivations.map((maps) => maps.abs()),
      pooled: noise([count, this.stageChannels.at(-1)!], 10 * seed + 8).abs(),
    }
  }
}
