import { expect, it } from 'vitest'
import { openDigits } from '../../datasets/index.ts'
import { grad, realizeOn, tensor } from '../../engine/index.ts'
import { VisionTransformer } from '../../examples/vit/visionTransformer.ts'
import { crossEntropy, initialize, SGD } from '../../nn/index.ts'
import { fillWeights } from './fill.ts'
import { expectClose, type Precision } from './precision.ts'

export interface VisionTransformerRun {
  /** The state dictionary's keys. */
  readonly names: readonly string[]
  /** The number of digits, the first ones, that every step sees. */
  readonly batch: number
  /** The loss in each step of SGD. */
  readonly losses: readonly number[]
}

/** Trains the network of `examples/vit` as `vision_transformer.py` does. */
export function describeVisionTransformer(
  { names, batch, losses }: VisionTransformerRun,
  precisions: readonly Precision[],
): void {
  it.each(precisions)('trains step by step as in PyTorch on the $name', async (precision) => {
    const { dtype, networks: tolerance } = precision
    const executor = await precision.open()
    const network = initialize(new VisionTransformer(), 1).to(dtype)
    fillWeights(network)
    expect([...network.stateDict().keys()]).toEqual(names)
    const { images, labels, normalisation } = (await openDigits()).train
    const [, , height, width] = images.shape
    const { scale, mean, std } = normalisation
    const pixels = Float64Array.from(images.data.slice(0, batch * height * width), (pixel) => {
      return (pixel / scale - mean[0]) / std[0]
    })
    const x = tensor(pixels, { dtype, shape: [batch, 1, height, width] })
    const targets = tensor(labels.slice(0, batch), { dtype: 'int32' })
    const optimizer = new SGD(network.parameters(), { lr: 0.05, momentum: 0.9 })
    for (const [step, expected] of losses.entries()) {
      const loss = crossEntropy(network.forward(x), targets)
      optimizer.step(grad(loss, network.parameters()))
      await realizeOn(executor, loss, network, optimizer)
      expectClose(`loss in step ${step + 1}`, await loss.data(), [expected], tolerance)
    }
  })
}
