import { globalAveragePool2d, relu, type Tensor } from 'thermograd/engine'
import { BatchNorm2d, Conv2d, defineNetwork, Linear, Network, type Predictions } from 'thermograd/nn'

/** Two convolutions and a linear layer. */
class TwoStages extends Network {
  readonly stageChannels: readonly number[]
  readonly stem: Conv2d
  readonly stemNorm: BatchNorm2d
  readonly stage: Conv2d
  readonly stageNorm: BatchNorm2d
  readonly classifier: Linear

  constructor(classes: number, channels: number, width = 8) {
    super()
    this.stageChannels = [width, 2 * width]
    this.stem = new Conv2d(channels, width, 3, { padding: 1 })
    this.stemNorm = new BatchNorm2d(width)
    this.stage = new Conv2d(width, 2 * width, 3, { padding: 1, stride: 2 })
    this.stageNorm = new BatchNorm2d(2 * width)
    this.classifier = new Linear(2 * width, classes)
  }

  override forward(images: Tensor): Predictions {
    const beforeFirst = this.stemNorm.forward(this.stem.forward(images))
    const first = relu(beforeFirst)
    const beforeSecond = this.stageNorm.forward(this.stage.forward(first))
    const second = relu(beforeSecond)
    const pooled = globalAveragePool2d(second)
    return {
      logits: this.classifier.forward(pooled),
      features: [first, second],
      preactivations: [beforeFirst, beforeSecond],
      pooled,
    }
  }
}

export const twoStages = defineNetwork({
  name: 'two-stages',
  build: ({ classes = 10, channels = 3 }) => new TwoStages(classes, channels),
})
