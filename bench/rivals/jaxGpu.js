// jax-js on WebGPU in this process, as a contestant of ../gpu/. Maps are [N, C, H, W], weights [K, C, R, S].
import { readFileSync } from 'node:fs'
import { defaultDevice, getWebGPUDevice, init, jit, lax, nn, numpy as np, vjp } from '@jax-js/jax'
import { noiseOf } from '../operations/operation.ts'
import { stepOf } from './jaxStep.js'

/** Returns the contestant. WebGPU must be defined globally. */
export async function contestant({ isSoftware }) {
  if (!(await init('webgpu')).includes('webgpu')) throw new Error('jax-js has no device webgpu here')
  defaultDevice('webgpu')
  const manifest = new URL('node_modules/@jax-js/jax/package.json', import.meta.url)
  return {
    name: 'jax-js',
    version: JSON.parse(readFileSync(manifest)).version,
    async prepare(work) {
      if (work.kind !== 'step') return taskOf(work)
      if (isSoftware && work.job.student) {
        throw new Error('a training step takes many minutes on a software GPU')
      }
      return { run: await stepOf(work.job, { device: 'webgpu', compiles: true }) }
    },
    settle: () => getWebGPUDevice().queue.onSubmittedWorkDone(),
  }
}

function taskOf(work) {
  const { operands, compute, canonical = (y) => y } = operationOf(work)
  const compiled = jit(compute)
  let last
  return {
    // It submits nothing before somebody waits.
    async run() {
      last?.dispose()
      last = await compiled(...operands.map((x) => x.ref)).blockUntilReady()
    },
    result: () => canonical(last.ref).data(),
    end() {
      for (const array of [last, ...operands]) array?.dispose()
    },
  }
}

const noise = (shape) => np.array(noiseOf(shape)).reshape(shape)

/** The noise of [N, H, W, C] that the other contestants have, as [N, C, H, W]. */
function mapsOf([count, channels, height, width]) {
  const memory = noiseOf([count, height, width, channels])
  const plane = height * width
  const values = new Float32Array(memory.length)
  for (let i = 0; i < count; i++) {
    for (let pixel = 0; pixel < plane; pixel++) {
      for (let c = 0; c < channels; c++) {
        values[(i * channels + c) * plane + pixel] = memory[(i * plane + pixel) * channels + c]
      }
    }
  }
  return np.array(values).reshape([count, channels, height, width])
}

const channelsLast = (maps) => np.transpose(maps, [0, 2, 3, 1])

function operationOf(work) {
  switch (work.kind) {
    case 'product': {
      const [rows, depth, columns] = work.sizes
      return { operands: [noise([rows, depth]), noise([depth, columns])], compute: np.matmul }
    }
    case 'sum':
      return { operands: [mapsOf(work.shape)], compute: (x) => np.sum(x, [0, 2, 3]) }
    case 'normalization': {
      const perChannel = () => noise([work.shape[1], 1, 1])
      const compute = (x, scale, shift) => nn.relu(x.mul(scale).add(shift))
      return {
        operands: [mapsOf(work.shape), perChannel(), perChannel()],
        compute,
        canonical: channelsLast,
      }
    }
    case 'shortcut': {
      const compute = (x, other) => nn.relu(x.add(other))
      return { operands: [mapsOf(work.shape), mapsOf(work.shape)], compute, canonical: channelsLast }
    }
    default:
      return convolutionOf(work)
  }
}

function convolutionOf({ kind, batch, layer: { channels, filters, size, kernel, stride = 1 } }) {
  const outputSize = Math.ceil(size / stride)
  const padding = (kernel - 1) / 2
  const square = [padding, padding]
  const convolution = (x, weights) => lax.convGeneralDilated(x, weights, [stride, stride], [square, square])
  const x = mapsOf([batch, channels, size, size])
  const y = mapsOf([batch, filters, outputSize, outputSize])
  const weights = noise([filters, channels, kernel, kernel])
  if (kind === 'convolution') return { operands: [x, weights], compute: convolution, canonical: channelsLast }
  const gradient = (of, at, y) => {
    const [output, pullBack] = vjp(of, [at])
    output.dispose()
    const [result] = pullBack(y)
    pullBack.dispose()
    return result
  }
  if (kind === 'input gradient') {
    const compute = (x, weights, y) => gradient((at) => convolution(at, weights), x, y)
    return { operands: [x, weights, y], compute, canonical: channelsLast }
  }
  const compute = (x, weights, y) => gradient((at) => convolution(x, at), weights, y)
  return { operands: [x, weights, y], compute }
}
