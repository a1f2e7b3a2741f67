// TensorFlow.js's WebGPU backend in this process, as a contestant of ../gpu/. Maps are [N, H, W, C], weights [R, S, C, K].
import * as tf from '@tensorflow/tfjs'
import '@tensorflow/tfjs-backend-webgpu'
import { noiseOf } from '../operations/operation.ts'
import { stepOf } from './tfjsStep.js'

/** Returns the contestant. WebGPU must be defined globally before this module is loaded. */
export async function contestant() {
  // Otherwise its warnings are mixed with the table.
  tf.env().set('IS_TEST', true)
  if (!(await tf.setBackend('webgpu'))) throw new Error('TensorFlow.js has no backend webgpu here')
  const backend = tf.backend()
  return {
    name: 'TensorFlow.js',
    version: tf.version.tfjs,
    prepare: (work) => (work.kind === 'step' ? { run: stepOf(work.job) } : taskOf(work)),
    async settle() {
      backend.endComputePassEncoder()
      if (backend.commandEncoder) backend.submitQueue()
      await backend.queue.onSubmittedWorkDone()
    },
  }
}

function taskOf(work) {
  const { operands, compute, canonical = (y) => y } = operationOf(work)
  let last
  return {
    run() {
      last?.dispose()
      last = tf.tidy(compute)
    },
    async result() {
      const y = tf.tidy(() => canonical(last))
      const values = await y.data()
      if (y !== last) y.dispose()
      return values
    },
    end: () => tf.dispose([last, ...operands]),
  }
}

const noise = (shape) => tf.tensor(noiseOf(shape), shape)

/** The noise of [N, C, H, W] that the other contestants have, whose memory is [N, H, W, C], too. */
const mapsOf = ([count, channels, height, width]) => noise([count, height, width, channels])

function operationOf(work) {
  switch (work.kind) {
    case 'product': {
      const [rows, depth, columns] = work.sizes
      const [a, b] = [noise([rows, depth]), noise([depth, columns])]
      return { operands: [a, b], compute: () => tf.matMul(a, b) }
    }
    case 'sum': {
      const x = mapsOf(work.shape)
      return { operands: [x], compute: () => tf.sum(x, [0, 1, 2]) }
    }
    case 'normalization': {
      const [x, scale, shift] = [mapsOf(work.shape), noise([work.shape[1]]), noise([work.shape[1]])]
      return { operands: [x, scale, shift], compute: () => tf.relu(tf.add(tf.mul(x, scale), shift)) }
    }
    case 'shortcut': {
      const [x, other] = [mapsOf(work.shape), mapsOf(work.shape)]
      return { operands: [x, other], compute: () => tf.relu(tf.add(x, other)) }
    }
    default:
      return convolutionOf(work)
  }
}

function convolutionOf({ kind, batch, layer: { channels, filters, size, kernel, stride = 1 } }) {
  const outputSize = Math.ceil(size / stride)
  const padding = (kernel - 1) / 2
  const x = mapsOf([batch, channels, size, size])
  const y = mapsOf([batch, filters, outputSize, outputSize])
  const weights = tf.tidy(() => tf.transpose(noise([filters, channels, kernel, kernel]), [2, 3, 1, 0]))
  const operands = [x, y, weights]
  if (kind === 'convolution') {
    const compute = () => tf.conv2d(x, weights, stride, padding, 'NHWC', 1, 'floor')
    return { operands, compute }
  }
  if (kind === 'input gradient') {
    const compute = () => tf.conv2dTranspose(y, weights, x.shape, stride, padding, 'floor')
    return { operands, compute }
  }
  const attributes = {
    ...{ strides: [stride, stride], pad: padding, dimRoundingMode: 'floor' },
    ...{ dataFormat: 'NHWC', filterShape: weights.shape },
  }
  return {
    operands,
    compute: () => tf.engine().runKernel('Conv2DBackpropFilter', { x, dy: y }, attributes),
    canonical: (gradient) => tf.transpose(gradient, [3, 2, 0, 1]),
  }
}
