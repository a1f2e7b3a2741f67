import {
  add,
  matmul,
  mean,
  multiply,
  permute,
  reshape,
  slice,
  softmax,
  type Tensor,
  transpose,
} from 'thermograd/engine'
import {
  Conv2d,
  Dropout,
  GELU,
  LayerNorm,
  Linear,
  Module,
  normal,
  Parameter,
  Sequential,
} from 'thermograd/nn'

/** Each token's values, averaged by how well its query fits every key, for each head. Vaswani et al. 2017. */
class Attention extends Module {
  readonly qkv: Linear
  readonly proj: Linear
  readonly heads: number

  constructor(width: number, heads: number) {
    super()
    this.qkv = new Linear(width, 3 * width)
    this.proj = new Linear(width, width)
    this.heads = heads
  }

  override forward(x: Tensor): Tensor {
    const [count, tokens, width] = x.shape
    const perHead = width / this.heads
    const split = reshape(this.qkv.forward(x), [count, tokens, 3, this.heads, perHead])
    const parts = permute(split, [2, 0, 3, 1, 4])
    const [queries, keys, values] = [0, 1, 2].map((part) => slice(parts, part))
    const scores = multiply(matmul(queries, transpose(keys)), 1 / Math.sqrt(perHead))
    const mixed = transpose(matmul(softmax(scores), values), 1, 2)
    return this.proj.forward(reshape(mixed, [count, tokens, width]))
  }
}

/** x + attention(norm1(x)), then x + mlp(norm2(x)). */
class Block extends Module {
  readonly norm1: LayerNorm
  readonly attn: Attention
  readonly norm2: LayerNorm
  readonly mlp: Sequential

  constructor(width: number, heads: number, dropout: number) {
    super()
    this.norm1 = new LayerNorm(width)
    this.attn = new Attention(width, heads)
    this.norm2 = new LayerNorm(width)
    const layers: Module[] = [new Linear(width, 4 * width), new GELU(), new Linear(4 * width, width)]
    this.mlp = new Sequential(...layers, ...(dropout > 0 ? [new Dropout(dropout)] : []))
  }

  override forward(x: Tensor): Tensor {
    const attended = add(x, this.attn.forward(this.norm1.forward(x)))
    return add(attended, this.mlp.forward(this.norm2.forward(attended)))
  }
}

/** A small vision transformer (Dosovitskiy et al. 2021) that averages its tokens: images [N, 1, 8, 8] to logits [N, 10]. */
export class VisionTransformer extends Module {
  readonly positions: Parameter
  readonly patches: Conv2d
  readonly blocks: readonly Block[]
  readonly norm: LayerNorm
  readonly head: Linear

  constructor({ width = 16, heads = 2, depth = 2, dropout = 0 } = {}) {
    super()
    this.positions = new Parameter([1, 16, width], normal(0.02))
    this.patches = new Conv2d(1, width, 2, { stride: 2 })
    this.blocks = Array.from({ length: depth }, () => new Block(width, heads, dropout))
    this.norm = new LayerNorm(width)
    this.head = new Linear(width, 10)
  }

  override forward(images: Tensor): Tensor {
    const [count, width] = [images.shape[0], this.positions.shape[2]]
    const tokens = transpose(reshape(this.patches.forward(images), [count, width, 16]))
    const mixed = this.blocks.reduce((x, block) => block.forward(x), add(tokens, this.positions))
    return this.head.forward(mean(this.norm.forward(mixed), 1))
  }
}
