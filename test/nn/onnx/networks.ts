import {
  add,
  atan,
  averagePool2d,
  cast,
  concatenate,
  cos,
  erf,
  exp,
  expandDimensions,
  expm1,
  flip,
  floor,
  globalAveragePool2d,
  log,
  log1p,
  logicalNot,
  logSoftmax,
  max,
  maximum,
  maxPool2d,
  minimum,
  multiply,
  pad,
  permute,
  power,
  relu,
  remainder,
  reshape,
  round,
  sin,
  slice,
  softmax,
  sqrt,
  stack,
  type Tensor,
  tanh,
  tensor,
  where,
} from '../../../engine/index.ts'
import { Module, type Predictions } from '../../../nn/index.ts'

/** A network of one function: its logits [N, classes] of images [N, 2, 4, 6]. */
class Function extends Module<Predictions> {
  readonly logits: (images: Tensor) => Tensor

  constructor(logits: (images: Tensor) => Tensor) {
    super()
    this.logits = logits
  }

  override forward(images: Tensor): Predictions {
    const logits = this.logits(images)
    return { logits, features: [], preactivations: [], pooled: logits }
  }
}

export const image = [2, 4, 6] as const

const flat = (x: Tensor) => reshape(x, [x.shape[0], -1])

/** Between them, everything that ONNX has a like of. */
export const functions: Readonly<Record<string, Module<Predictions>>> = Object.fromEntries(
  Object.entries({
    exponentials: (x: Tensor) => flat(add(add(exp(x), expm1(x)), add(tanh(x), erf(x)))),
    logarithms: (x: Tensor) => {
      const positive = add(multiply(x, x), 0.5)
      return flat(add(add(log(positive), log1p(positive)), add(sqrt(positive), power(positive, 1.5))))
    },
    angles: (x: Tensor) => flat(add(add(sin(x), cos(x)), atan(x))),
    steps: (x: Tensor) => flat(add(add(floor(x), round(x)), remainder(x, 0.7))),
    choices: (x: Tensor) => {
      const isSmall = x.less(0.1).logicalOr(x.equal(0.5)).logicalAnd(x.lessEqual(2))
      return flat(add(where(isSmall, x, 3), cast(logicalNot(isSmall), 'float32')))
    },
    extremes: (x: Tensor) => flat(maximum(minimum(x, 0.5), x.negate().abs().multiply(0.1).ceil())),
    probabilities: (x: Tensor) => add(softmax(flat(x)), logSoftmax(flat(x))),
    maxima: (x: Tensor) =>
      max(x, 1)
        .sum(2)
        .add(x.argmax(2).sum([1, 2], { keepDimensions: true }).reshape([-1, 1])),
    shuffled: (x: Tensor) => flat(permute(reshape(x, [-1, 2, 2, 2, 6]), [0, 2, 1, 4, 3])),
    reversed: (x: Tensor) => flat(flip(slice(x, null, [1, 2], [null, null, 2], [4, 1, -1]), [2])),
    padded: (x: Tensor) =>
      flat(
        pad(x, [
          [0, 0],
          [1, 0],
          [0, 2],
          [3, 1],
        ]),
      ),
    joined: (x: Tensor) =>
      flat(
        concatenate(
          [
            x,
            relu(x),
            expandDimensions(globalAveragePool2d(x), -1)
              .reshape([-1, 2, 1, 1])
              .broadcastTo([x.shape[0], 2, 4, 6]),
          ],
          1,
        ),
      ),
    stacked: (x: Tensor) => flat(stack([x, x.square()], 2)),
    pooled: (x: Tensor) =>
      concatenate(
        [
          flat(maxPool2d(x, 3, { stride: 2, padding: 1 })),
          flat(averagePool2d(x, 2)),
          flat(maxPool2d(x, [2, 3])),
        ],
        1,
      ),
    ownTensors: (x: Tensor) =>
      flat(x).matmul(
        tensor(
          Float32Array.from({ length: 96 }, (_, i) => Math.sin(i)),
          { shape: [48, 2] },
        ),
      ),
  }).map(([name, logits]) => [name, new Function(logits)]),
)

/** Whose logits ONNX cannot say for any number of images, and what is said of them. */
export const refused: readonly (readonly [string, Module<Predictions>, string])[] = [
  [
    'the order of the batch',
    new Function((x) => flat(flip(x, 0))),
    "the network's 'slice' depends on the number of images",
  ],
  [
    'the size of the batch',
    new Function((x) => flat(x).divide(x.shape[0])),
    "the network's 'literal' depends on the number",
  ],
  [
    'numbers around each image other than 0',
    new Function((x) =>
      flat(
        pad(
          x,
          [
            [0, 0],
            [0, 0],
            [1, 1],
            [1, 1],
          ],
          1,
        ),
      ),
    ),
    "the network's 'broadcastTo' depends on the number of images",
  ],
  [
    'an operation without a like',
    new Function((x) => flat(x).atan2(1)),
    "the network computes 'atan2', which has no translation",
  ],
]
