// Steps in jax-js, in Node and in pages: networks as functions of named arrays.
// An array that is used again needs `.ref`, because arguments are consumed.

import { defaultDevice, init, jit, lax, nn, numpy as np, valueAndGrad } from '@jax-js/jax'
import { stagesOf } from './stages.js'

/** Names, shapes and strides of the convolutions of a block. */
function* blocksOf(network) {
  const [count, stem] = stagesOf(network)
  let channels = stem
  for (const stage of [1, 2, 3]) {
    const filters = stem === 32 ? 32 << stage : 8 << stage
    for (let block = 0; block < count; block++) {
      const stride = stage > 1 && block === 0 ? 2 : 1
      yield { name: `layer${stage}.${block}`, channels, filters, stride }
      channels = filters
    }
  }
}

const projects = ({ channels, filters, stride }) => stride > 1 || channels !== filters

/** The trained parameters, and the running statistics. */
function createNetwork(network) {
  const weights = {}
  const statistics = {}
  const normal = (shape, deviation) => {
    const values = new Float32Array(shape.reduce((a, b) => a * b))
    const uniform = () => 1 - Math.random()
    const draw = () => deviation * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
    return np.array(values.map(draw)).reshape(shape)
  }
  const convolution = (name, channels, filters, size) => {
    weights[name] = normal([filters, channels, size, size], Math.sqrt(2 / (filters * size * size)))
    weights[`${name}.scale`] = np.ones([1, filters, 1, 1])
    weights[`${name}.shift`] = np.zeros([1, filters, 1, 1])
    statistics[`${name}.mean`] = np.zeros([1, filters, 1, 1])
    statistics[`${name}.variance`] = np.ones([1, filters, 1, 1])
  }
  const blocks = [...blocksOf(network)]
  convolution('stem', 3, blocks[0].channels, 3)
  for (const block of blocks) {
    const { name, channels, filters } = block
    convolution(`${name}.first`, channels, filters, 3)
    convolution(`${name}.second`, filters, filters, 3)
    if (projects(block)) convolution(`${name}.projection`, channels, filters, 1)
  }
  const width = blocks.at(-1).filters
  weights.classifier = normal([width, 100], Math.sqrt(1 / width))
  weights.bias = np.zeros([100])
  return { weights, statistics }
}

/** Returns logits; with `moved`, batch norm is in training mode and stores its new statistics there. */
function logitsOf(network, weights, statistics, images, moved) {
  const layer = (name, x, stride) => {
    const padding = name.endsWith('projection') ? 0 : 1
    const square = [padding, padding]
    const maps = lax.convGeneralDilated(x, weights[name], [stride, stride], [square, square])
    const [mean, variance] = [statistics[`${name}.mean`], statistics[`${name}.variance`]]
    const scaled = (centred, spread) =>
      centred
        .mul(np.reciprocal(np.sqrt(spread.add(1e-5))))
        .mul(weights[`${name}.scale`])
        .add(weights[`${name}.shift`])
    if (moved === undefined) return scaled(maps.sub(mean), variance)
    const batchMean = np.mean(maps.ref, [0, 2, 3], { keepdims: true })
    const centred = maps.sub(batchMean.ref)
    const batchVariance = np.mean(np.square(centred.ref), [0, 2, 3], { keepdims: true })
    const move = (old, value) => old.mul(0.9).add(lax.stopGradient(value).mul(0.1))
    moved[`${name}.mean`] = move(mean, batchMean)
    moved[`${name}.variance`] = move(variance, batchVariance.ref)
    return scaled(centred, batchVariance)
  }
  let x = nn.relu(layer('stem', images, 1))
  for (const block of blocksOf(network)) {
    const { name, stride } = block
    const hidden = nn.relu(layer(`${name}.first`, x.ref, stride))
    const shortcut = projects(block) ? layer(`${name}.projection`, x, stride) : x
    x = nn.relu(layer(`${name}.second`, hidden, 1).add(shortcut))
  }
  return np.matmul(np.mean(x, [2, 3]), weights.classifier).add(weights.bias)
}

function crossEntropy(logits, labels) {
  return np.mean(np.sum(nn.logSoftmax(logits, 1).mul(labels), 1)).mul(-1)
}

/** Tₜ Tₛ KL(softmax(u / Tₜ) ‖ softmax(v / Tₛ)), the mean over rows. */
function divergence(u, v, teacherTemperature, studentTemperature) {
  const p = nn.logSoftmax(u.div(teacherTemperature.ref), 1)
  const q = nn.logSoftmax(v.div(studentTemperature.ref), 1)
  const rows = np.sum(np.exp(p.ref).mul(p.sub(q)), 1, { keepdims: true })
  return np.mean(rows.mul(teacherTemperature).mul(studentTemperature))
}

function distillation(u, v, labels) {
  const [x, y] = [u, v].map((logits) => np.max(logits.ref, 1, { keepdims: true }))
  const sum = x.ref.add(y.ref)
  const dynamic = divergence(u.ref, v.ref, x.mul(8).div(sum.ref), y.mul(8).div(sum))
  const plain = divergence(u, v.ref, np.array(4), np.array(4))
  return dynamic.mul(3).add(plain).add(crossEntropy(v, labels))
}

function lossOf({ student, teacher }) {
  return (weights, statistics, teacherNetwork, images, labels) => {
    const moved = {}
    const u =
      teacher &&
      lax.stopGradient(logitsOf(teacher, teacherNetwork.weights, teacherNetwork.statistics, images.ref))
    const v = logitsOf(student, weights, statistics, images, moved)
    return [teacher ? distillation(u, v, labels) : crossEntropy(v, labels), moved]
  }
}

const map = (record, change) =>
  Object.fromEntries(Object.entries(record).map(([name, x]) => [name, change(x, name)]))
const kept = (record) => map(record, (x) => x.ref)

function trainingStep(job, weights, momenta, statistics, teacherNetwork, images, labels) {
  const [[loss, moved], gradients] = valueAndGrad(lossOf(job), { hasAux: true })(
    kept(weights),
    statistics,
    teacherNetwork,
    images,
    labels,
  )
  const directions = map(weights, (p, name) =>
    momenta[name].mul(0.9).add(gradients[name]).add(p.ref.mul(5e-4)),
  )
  return [loss, map(weights, (p, name) => p.sub(directions[name].ref.mul(0.05))), directions, moved]
}

/**
 * Returns a function that takes one step of a job. `compiles`: with `jit`, which makes a step of DTKD on the wasm backend
 * more than twice as slow.
 */
export async function stepOf(job, { device = 'wasm', compiles = false } = {}) {
  const { student, teacher, batch } = job
  await init(device)
  defaultDevice(device)
  const compiled = (compute) => (compiles ? jit(compute) : compute)
  const pixels = new Float32Array(batch * 3 * 32 * 32).map(() => Math.random() - 0.5)
  const classes = new Int32Array(batch).map((_, row) => row % 100)
  const images = () => np.array(pixels).reshape([batch, 3, 32, 32])
  const labels = () => nn.oneHot(np.array(classes), 100)
  const teacherNetwork = teacher ? createNetwork(teacher) : { weights: {}, statistics: {} }
  const teacherAgain = () => map(teacherNetwork, kept)
  if (!student) {
    const evaluate = compiled(({ weights, statistics }, x) => logitsOf(teacher, weights, statistics, x))
    return async () => {
      await evaluate(teacherAgain(), images()).data()
    }
  }
  const { weights, statistics } = createNetwork(student)
  let state = [weights, map(weights, (p) => np.zerosLike(p.ref)), statistics]
  const train = compiled((...values) => trainingStep(job, ...values))
  return async () => {
    const [loss, ...next] = train(...state, teacherAgain(), images(), labels())
    state = next
    await loss.data()
  }
}
