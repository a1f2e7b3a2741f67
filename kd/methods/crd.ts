import { check, positive } from '../../base/arguments.ts'
import { demand } from '../../base/errors.ts'
import {
  add,
  broadcastTo,
  deferredTensor,
  divide,
  exp,
  gather,
  greater,
  lerp,
  less,
  log,
  matmul,
  mean,
  multiply,
  negate,
  ones,
  RandomStream,
  reshape,
  scatterAdd,
  slice,
  streamKey,
  sum,
  type Tensor,
  take,
  tensor,
  transpose,
  type Variable,
  variable,
  where,
  zeros,
} from '../../engine/index.ts'
import { checkTensors } from '../../nn/arguments.ts'
import { buffer, Linear, predictionsOf } from '../../nn/index.ts'
import { defineMethod } from '../defineMethod.ts'
import type { TaughtLesson, TaughtPair } from '../method.ts'
import { normalised } from '../normalised.ts'
import * as option from '../option.ts'
import { type SettingsOf, withDefaults } from '../options.ts'
import { ContrastSamples } from './contrastSamples.ts'
import { FeatureMethod, featureOptions } from './featureMethod.ts'

export const crdOptions = {
  ...withDefaults(featureOptions, { weight: 0.8 }),
  /** The dimension of the space in which both networks' vectors are compared. Default 128. */
  dimensions: option.integer(128, 1),
  /** K. Default 16,384. */
  negatives: option.integer(16384, 1),
  /** τ. Default 0.07. */
  temperature: option.number(0.07, { above: 0 }),
  /** The weight of the old vector when the memory is updated. Default 0.5. */
  momentum: option.number(0.5, { min: 0, below: 1 }),
  /** The positive of a sample: itself, `'exact'`, the default, or any sample of its class, `'relaxed'`. */
  positive: option.oneOf(['exact', 'relaxed'], 'exact'),
}

type CrdSettings = SettingsOf<typeof crdOptions>

/**
 * Contrastive representation distillation: pulls a sample's vector in one network towards that of the same sample in
 * the other, and away from those of K samples of other classes. A linear layer for each network maps its pooled
 * features to unit vectors. A memory holds a moving average of the vectors of all training samples.
 *
 *     term = contrastLoss(student's vectors, teacher's memory) + contrastLoss(teacher's vectors, student's memory)
 *
 * Source: Tian, Krishnan, Isola (arXiv 1910.10699), and their code. The paper draws the noise samples independently
 * from all samples; their code, mdistiller's and this one draw from other classes, without repetition if there are
 * enough.
 */
class Crd extends FeatureMethod<CrdSettings> {
  readonly embed_s: Linear
  readonly embed_t: Linear
  /** [training images, dimensions] */
  readonly memory_s: Variable
  readonly memory_t: Variable
  /** Z of each side: −1 until the first batch determines it. */
  readonly normaliser_s = buffer([], -1)
  readonly normaliser_t = buffer([], -1)
  readonly #samples: ContrastSamples

  constructor(settings: CrdSettings, { student, teacher, image, trainingLabels, seed = 0 }: TaughtPair) {
    super(settings)
    demand(trainingLabels !== undefined, () => 'crd: expected the labels of all training images, got none')
    const { dimensions } = settings
    const widthOf = (network: TaughtPair['student']) => predictionsOf(network, image).pooled.shape[1]
    this.embed_s = new Linear(widthOf(student), dimensions)
    this.embed_t = new Linear(widthOf(teacher), dimensions)
    this.memory_s = randomMemory(trainingLabels.length, dimensions, seed, 'student')
    this.memory_t = randomMemory(trainingLabels.length, dimensions, seed, 'teacher')
    this.#samples = new ContrastSamples(trainingLabels, settings, seed)
  }

  protected override terms({ student, teacher, epoch, indices }: TaughtLesson): { contrast: Tensor } {
    demand(indices !== undefined, () => 'crd: expected the indices of the samples, got none')
    const { temperature, momentum, negatives } = this.settings
    const compared = tensor(this.#samples.draw(indices, epoch), { shape: [indices.length, negatives + 1] })
    const vectorsOf = (embedding: Linear, pooled: Tensor) => normalised(embedding.forward(pooled), 1)
    const s = vectorsOf(this.embed_s, student.pooled)
    const t = vectorsOf(this.embed_t, teacher.pooled)
    const scoresOf = (anchors: Tensor, memory: Tensor) => {
      const products = matmul(anchors, transpose(memory))
      return divide(gather(products, 1, compared), temperature)
    }
    const samples = this.memory_s.shape[0]
    const ofStudent = contrastLoss(scoresOf(s, this.memory_t), samples, this.normaliser_s)
    const ofTeacher = contrastLoss(scoresOf(t, this.memory_s), samples, this.normaliser_t)
    this.normaliser_s.assign(ofStudent.normaliser)
    this.normaliser_t.assign(ofTeacher.normaliser)
    remember(this.memory_s, tensor(indices), s, momentum)
    remember(this.memory_t, tensor(indices), t, momentum)
    return { contrast: add(ofStudent.loss, ofTeacher.loss) }
  }
}

/** Added to the denominators P + c. */
const epsilon = 1e-7

/**
 * Returns the noise-contrastive estimation loss, a scalar, of scores s [N, 1 + K], the positive first, in a training
 * set of M samples:
 *
 *     P = eˢ / Z,   c = K / M        −1/N Σ (ln(P₀ / (P₀ + c)) + Σⱼ ln(c / (Pⱼ + c)))
 *
 * A negative Z is not yet determined: it becomes M times the mean of eˢ and is then constant. Tian et al., equation 18.
 */
export function contrastLoss(
  scores: Tensor,
  samples: number,
  normaliser: Tensor,
): { loss: Tensor; normaliser: Tensor } {
  check('contrastLoss', 'samples', samples, positive)
  checkTensors('contrastLoss', { normaliser })
  checkTensors('contrastLoss', { scores }, 2)
  const [count, compared] = scores.shape
  const c = (compared - 1) / samples
  const exponentials = exp(scores)
  const settled = where(less(normaliser, 0), multiply(mean(exponentials).detach(), samples), normaliser)
  const likelihoods = divide(exponentials, settled)
  const ofPositives = slice(likelihoods, null, [0, 1])
  const ofNegatives = slice(likelihoods, null, [1, null])
  const positives = sum(log(divide(ofPositives, add(ofPositives, c + epsilon))))
  const negatives = sum(log(divide(c, add(ofNegatives, c + epsilon))))
  return { loss: divide(negate(add(positives, negatives)), count), normaliser: settled }
}

/** Moves the memory's vectors of these samples towards new ones and normalises them; the others do not change. */
function remember(memory: Variable, indices: Tensor, vectors: Tensor, momentum: number): void {
  const moved = normalised(lerp(vectors, take(memory, 0, indices), momentum), 1)
  const column = reshape(indices, [-1, 1])
  const rows = scatterAdd(zeros(memory.shape, memory.dtype), 0, broadcastTo(column, moved.shape), moved)
  const isMoved = scatterAdd(zeros([memory.shape[0], 1]), 0, column, ones(column.shape))
  memory.assign(where(greater(isMoved, 0), rows, memory))
}

/** Returns a memory of uniform values in ±√(3 / dimensions): its vectors have lengths near 1. */
function randomMemory(samples: number, dimensions: number, seed: number, side: string): Variable {
  const draw = () => {
    const stream = new RandomStream(streamKey(seed, 'memory', side))
    const bound = Math.sqrt(3 / dimensions)
    return Float32Array.from({ length: samples * dimensions }, () => (2 * stream.uniform() - 1) * bound)
  }
  return variable(deferredTensor(draw, [samples, dimensions], 'float32'))
}

export const crd = defineMethod({
  name: 'crd',
  description: "contrastive: embeddings close to the teacher's for the same sample, far for other classes",
  paper: 'Tian, Krishnan, Isola, ICLR 2020, arXiv 1910.10699',
  options: crdOptions,
  build: (settings, pair) => new Crd(settings, pair),
})
