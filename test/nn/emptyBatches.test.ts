import { describe, expect, it } from 'vitest'
import {
  grad,
  openExecutor,
  realize,
  type Shape,
  type Tensor,
  tensor,
  useExecutor,
  zeros,
} from '../../engine/index.ts'
import {
  AdaptiveAveragePool2d,
  AveragePool2d,
  BatchNorm2d,
  ChannelShuffle,
  Conv2d,
  createModel,
  crossEntropy,
  Flatten,
  initialize,
  Linear,
  MaxPool2d,
  type Module,
  modelNames,
  ReLU,
  Sequential,
  topKCorrect,
} from '../../nn/index.ts'

const layers: Readonly<Record<string, { layer: Module; from: Shape; to: Shape }>> = {
  Conv2d: { layer: new Conv2d(4, 6, 3, { padding: 1, stride: 2 }), from: [0, 4, 8, 8], to: [0, 6, 4, 4] },
  'Conv2d in groups': { layer: new Conv2d(4, 8, 3, { groups: 4 }), from: [0, 4, 8, 8], to: [0, 8, 6, 6] },
  'Conv2d of one pixel': {
    layer: new Conv2d(4, 3, 1, { bias: false }),
    from: [0, 4, 8, 8],
    to: [0, 3, 8, 8],
  },
  Linear: { layer: new Linear(3, 5), from: [0, 3], to: [0, 5] },
  ReLU: { layer: new ReLU(), from: [0, 3], to: [0, 3] },
  MaxPool2d: { layer: new MaxPool2d(2), from: [0, 3, 8, 8], to: [0, 3, 4, 4] },
  'MaxPool2d with overlap': {
    layer: new MaxPool2d(3, { stride: 2, padding: 1 }),
    from: [0, 3, 8, 8],
    to: [0, 3, 4, 4],
  },
  AveragePool2d: { layer: new AveragePool2d(2), from: [0, 3, 8, 8], to: [0, 3, 4, 4] },
  AdaptiveAveragePool2d: { layer: new AdaptiveAveragePool2d(3), from: [0, 3, 8, 8], to: [0, 3, 3, 3] },
  'AdaptiveAveragePool2d of whole maps': {
    layer: new AdaptiveAveragePool2d(1),
    from: [0, 3, 7, 7],
    to: [0, 3, 1, 1],
  },
  Flatten: { layer: new Flatten(), from: [0, 3, 2, 2], to: [0, 12] },
  ChannelShuffle: { layer: new ChannelShuffle(2), from: [0, 4, 2, 2], to: [0, 4, 2, 2] },
  'BatchNorm2d in evaluation': { layer: new BatchNorm2d(3).evaluate(), from: [0, 3, 4, 4], to: [0, 3, 4, 4] },
  Sequential: {
    layer: new Sequential(new Conv2d(1, 2, 3), new MaxPool2d(2), new Flatten(), new Linear(2, 1)),
    from: [0, 1, 4, 4],
    to: [0, 1],
  },
}

describe.each(['reference', 'wasm'] as const)('no images on %s', (device) => {
  it.each(Object.entries(layers))(
    'should come out of %s as none, with gradients of 0',
    async (_, { layer, from, to }) => {
      useExecutor((await openExecutor(device)).executor)
      const x = tensor([], { shape: from, dtype: 'float32' })
      const y = initialize(layer, 1).forward(x)
      expect(y.shape).toEqual(to)
      const gradients = grad(y.sum(), [x, ...layer.parameters()])
      await realize(y, ...gradients)
      expect(gradients.map(({ shape }) => shape)).toEqual([
        from,
        ...layer.parameters().map(({ shape }) => shape),
      ])
      for (const gradient of gradients)
        expect(Array.from(await gradient.data()).every((g) => g === 0)).toBe(true)
    },
  )
})

describe('no images', () => {
  it('should be refused by BatchNorm2d in training, as in PyTorch', () => {
    expect(() => new BatchNorm2d(3).forward(zeros([0, 3, 4, 4]))).toThrow(
      'BatchNorm2d: training needs more than one value per channel, got maps [0, 3, 4, 4]',
    )
  })

  it.each(modelNames.filter((name) => name !== 'resnet1202_a'))('should have no logits from %s', (name) => {
    const { logits } = createModel(name, { classes: 3 })
      .evaluate()
      .forward(zeros([0, 3, 32, 32]))
    expect(logits.shape).toEqual([0, 3])
  })

  it('should have no mean loss: NaN, as in PyTorch, and no right answers', async () => {
    useExecutor((await openExecutor('reference')).executor)
    const [logits, labels]: Tensor[] = [zeros([0, 3]), tensor([], { shape: [0], dtype: 'int32' })]
    expect(await crossEntropy(logits, labels).item()).toBeNaN()
    expect(await topKCorrect(logits, labels, 1).item()).toBe(0)
  })
})
