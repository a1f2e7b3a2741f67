import ndarray from 'ndarray'
import { checkOptions, count, type Rules, seed as seedRule, whole } from '../base/arguments.ts'
import { demand } from '../base/errors.ts'
import { RandomStream, streamKey } from '../base/random.ts'
import type { Dataset, Split } from './dataset.ts'
import { allocatePixels } from './pixels.ts'

export interface SyntheticOptions {
  /** Number of classes. Default 10. */
  classes?: number
  /** Number of channels. Default 3. */
  channels?: number
  /** Rows and columns of an image. Default 32. */
  size?: number
  /** Number of training images. Default 1000. */
  trainCount?: number
  /** Number of test images. Default 200. */
  testCount?: number
  /** Determines the patterns and the noise. Default 0. */
  seed?: number
}

export const syntheticRules: Rules<SyntheticOptions> = {
  classes: whole(1, 2 ** 24),
  channels: count,
  size: count,
  trainCount: count,
  testCount: count,
  seed: seedRule,
}

/** Limit of the pixels of all images and patterns: more than memory holds. */
const mostPixels = 2 ** 32

/** A wave across the image, in one channel: brightness = 128 + 48 cos(2π (x, y)·frequency + phase). */
interface Wave {
  /** Periods per pixel. */
  frequencyX: number
  frequencyY: number
  phase: number
}

const grey = 128
const amplitude = 48
const noise = 48

/**
 * Generates a task for tests and benchmarks: each class is a pattern of waves, and each image is its class's pattern plus
 * uniform noise of the same amplitude. Image i has class i mod classes, and depends only on the seed, its split and i.
 */
export function syntheticDataset(options: SyntheticOptions = {}): Dataset {
  checkOptions('syntheticDataset', options, syntheticRules)
  const { classes = 10, channels = 3, size = 32, trainCount = 1000, testCount = 200, seed = 0 } = options
  const pixels = (classes + trainCount + testCount) * channels * size ** 2
  demand(pixels <= mostPixels, () => `syntheticDataset: expected at most 2³² pixels, got ${pixels}`)
  const patterns = Array.from({ length: classes }, (_, label) => classPattern(label, channels, size, seed))
  return {
    name: 'synthetic',
    classNames: patterns.map((_, label) => `class ${label}`),
    train: noisyImages('training', patterns, [trainCount, channels, size, size], seed),
    test: noisyImages('test', patterns, [testCount, channels, size, size], seed),
    augmentation: { padding: 0, flip: false },
  }
}

/** Returns the noiseless image of a class, [channels, size, size]. */
function classPattern(label: number, channels: number, size: number, seed: number): Float32Array {
  const random = new RandomStream(streamKey(seed, 'synthetic pattern', label))
  const frequencyX = random.uniform() / 2
  const frequencyY = random.uniform() / 2
  const pattern = new Float32Array(channels * size * size)
  for (let channel = 0; channel < channels; channel++) {
    const wave = { frequencyX, frequencyY, phase: 2 * Math.PI * random.uniform() }
    drawWave(wave, pattern.subarray(channel * size * size), size)
  }
  return pattern
}

function drawWave({ frequencyX, frequencyY, phase }: Wave, plane: Float32Array, size: number): void {
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const angle = 2 * Math.PI * (frequencyX * x + frequencyY * y) + phase
      plane[y * size + x] = grey + amplitude * Math.cos(angle)
    }
  }
}

function noisyImages(kind: string, patterns: Float32Array[], shape: number[], seed: number): Split {
  const [count, channels, height, width] = shape
  const pixelsPerImage = channels * height * width
  const pixels = allocatePixels(count * pixelsPerImage)
  const labels = Int32Array.from({ length: count }, (_, index) => index % patterns.length)
  for (let index = 0; index < count; index++) {
    const random = new RandomStream(streamKey(seed, `synthetic ${kind}`, index))
    const pattern = patterns[labels[index]]
    const image = pixels.subarray(index * pixelsPerImage, (index + 1) * pixelsPerImage)
    for (let pixel = 0; pixel < pixelsPerImage; pixel++) {
      image[pixel] = pattern[pixel] + noise * (2 * random.uniform() - 1)
    }
  }
  return {
    name: `synthetic ${kind} images`,
    images: ndarray(pixels, shape),
    labels,
    normalisation: normalisation(channels),
  }
}

/** Mean of the waves, and standard deviation of waves plus noise: √(48² / 2 + 48² / 3). */
function normalisation(channels: number) {
  const std = Math.sqrt(amplitude ** 2 / 2 + noise ** 2 / 3) / 255
  return { scale: 255, mean: Array(channels).fill(grey / 255), std: Array(channels).fill(std) }
}
