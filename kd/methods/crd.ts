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
import type { Definition, TaughtLesson, TaughtPair } from '../method.ts'
import { normalised } from '../normalised.ts'
import * as option from '../option.ts'
import { type SettingsOf, withDefaults } from '../options.ts'
import { ContrastSamples } from './contrastSamples.ts'
import { FeatureMethod, featureOptions } from './featureMethod.ts'

export const crdOptions = {
  ...withDefaults(featureOptions, { weight: 0.8 }),
  /** The number of dimensions of the space in which both networks' vectors are compared. Default 128. */
  dimensions: option.integer(128, 1),
  /** K. Default 16,384. */
  negatives: option.integer(16384, 1),
  /** τ. Default 0.07. */
  temperature: option.number(0.07, { above: 0 }),
  /** How much of a remembered vector stays. Default 0.5. */
  momentum: option.number(0.5, { min: 0, below: 1 }),
  /** What a sample is like: itself, `'exact'`, the default, or any of its class, `'relaxed'`. */
  positive: option.oneOf(['exact', 'relaxed'], 'exact'),
}

type CrdSettings = SettingsOf<typeof crdOptions>

/**
 * Contrastive representation distillation: a sample's vector in one network is to be like that of the same sample in the
 * other, and unlike those of K samples of other classes. Pooled features go through a linear layer each to unit vectors;
 * the vectors of all training samples are remembered, and move a little whenever a sample comes by.
 *
 *     term = contrastLoss(student's vectors, teacher's memory) + contrastLoss(teacher's vectors, student's memory)
 *
 * Source: Tian, Krishnan, Isola (arXiv 1910.10699), and their code. The paper lets the noise of the contrast be all
 * samples, independently drawn; their code and mdistiller's draw from other classes, and distinct ones where there are
 * enough. So do we.
 */
class Crd extends FeatureMethod<CrdSettings> {
  readonly embed_s: Linear
  readonly embed_t: Linear
  /** [training images, dimensions] */
  readonly memory_s: Variable
  readonly memory_t: Variable
  /** Z of each side: −1 until the first batch decides it. */
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
    demand(indices !== undefined, () => 'crd: expected the numbers of the samples, got none')
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

/** Added to sums of probabilities. */
const epsilon = 1e-7

/**
 * Noise contrastive estimation of which of 1 + K samples is the anchor's own, a scalar: with scores s [N, 1 + K], those
 * of the right samples first, of M samples in all,
 *
 *     P = eˢ / Z,   c = K / M        −1/N Σ (ln(P₀ / (P₀ + c)) + Σⱼ ln(c / (Pⱼ + c)))
 *
 * Z, where it is still negative, becomes M times the mean of eˢ, and stays that for good. Tian et al., equation 18.
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
  const ofRight = slice(likelihoods, null, [0, 1])
  const ofWrong = slice(likelihoods, null, [1, null])
  const right = sum(log(divide(ofRight, add(ofRight, c + epsilon))))
  const wrong = sum(log(divide(c, add(ofWrong, c + epsilon))))
  return { loss: divide(negate(add(right, wrong)), count), normaliser: settled }
}

/** Moves the vectors of these samples towards new ones and back to length 1; the others stay as they are. */
function remember(memory: Variable, indices: Tensor, vectors: Tensor, momentum: number): void {
  const moved = normalised(lerp(vectors, take(memory, 0, indices), momentum), 1)
  const column = reshape(indices, [-1, 1])
  const rows = scatterAdd(zeros(memory.shape, memory.dtype), 0, broadcastTo(column, moved.shape), moved)
  const isMoved = scatterAdd(zeros([memory.shape[0], 1]), 0, column, ones(column.shape))
  memory.assign(where(greater(isMoved, 0), rows, memory))
}

/** Uniform in ±√(3 / dimensions), so that vectors have about length 1. */
function randomMemory(samples: number, dimensions: number, seed: number, side: string): Variable {
  const draw = () => {
    const stream = new RandomStream(streamKey(seed, 'memory', side))
    const bound = Math.sqrt(3 / dimensions)
    return Float32Array.from({ length: samples * dimensions }, () => (2 * stream.uniform() - 1) * bound)
  }
  return variable(deferredTensor(draw, [samples, dimensions], 'float32'))
}

export const crd: Definition<typeof crdOptions> = {
  description: 'contrastive: vectors like those of the same sample, unlike those of other classes',
  paper: 'Tian, Krishnan, Isola, ICLR 2020, arXiv 1910.10699',
  options: crdOptions,
  build: (settings, pair) => new Crd(settings, pair),
}
