// Steps in TensorFlow.js, in Node and in pages: networks built of its layers.
import * as tf from '@tensorflow/tfjs'
import { stagesOf } from './stages.js'

function createNetwork(name) {
  const [count, stem] = stagesOf(name)
  const normalized = (x, filters, kernelSize, strides) => {
    const options = {
      filters,
      kernelSize,
      strides,
      padding: 'same',
      useBias: false,
      kernelInitializer: 'heNormal',
    }
    return tf.layers
      .batchNormalization({ momentum: 0.9, epsilon: 1e-5 })
      .apply(tf.layers.conv2d(options).apply(x))
  }
  const relu = (x) => tf.layers.reLU().apply(x)
  const input = tf.input({ shape: [32, 32, 3] })
  let x = relu(normalized(input, stem, 3, 1))
  for (const stage of [1, 2, 3]) {
    const filters = stem === 32 ? 32 << stage : 8 << stage
    for (let block = 0; block < count; block++) {
      const stride = stage > 1 && block === 0 ? 2 : 1
      const residual = normalized(relu(normalized(x, filters, 3, stride)), filters, 3, 1)
      const same = stride === 1 && x.shape.at(-1) === filters
      x = relu(tf.layers.add().apply([residual, same ? x : normalized(x, filters, 1, stride)]))
    }
  }
  const logits = tf.layers.dense({ units: 100 }).apply(tf.layers.globalAveragePooling2d({}).apply(x))
  return tf.model({ inputs: input, outputs: logits })
}

const crossEntropy = (logits, labels) => labels.mul(tf.logSoftmax(logits)).sum(1).mean().neg()

/** Tₜ Tₛ KL(softmax(u / Tₜ) ‖ softmax(v / Tₛ)), the mean over rows. */
function divergence(u, v, teacherTemperature, studentTemperature) {
  const p = tf.logSoftmax(u.div(teacherTemperature))
  const q = tf.logSoftmax(v.div(studentTemperature))
  const rows = p.exp().mul(p.sub(q)).sum(1, true)
  return rows.mul(teacherTemperature).mul(studentTemperature).mean()
}

function distillation(u, v, labels) {
  const [x, y] = [u.max(1, true), v.max(1, true)]
  const sum = x.add(y)
  const dynamic = divergence(u, v, x.mul(8).div(sum), y.mul(8).div(sum))
  const plain = divergence(u, v, tf.scalar(4), tf.scalar(4))
  return dynamic.mul(3).add(plain).add(crossEntropy(v, labels))
}

/** Returns a function that takes one step of a job with the current backend. */
export function stepOf({ student, teacher, batch }) {
  const teacherNetwork = teacher && createNetwork(teacher)
  const studentNetwork = student && createNetwork(student)
  const optimizer = tf.train.momentum(0.05, 0.9)
  const pixels = new Float32Array(batch * 32 * 32 * 3).map(() => Math.random() - 0.5)
  const classes = new Int32Array(batch).map((_, row) => row % 100)

  /** The result of the step: the loss, or the logits if there is nothing to train. */
  function takeStep() {
    const images = tf.tensor4d(pixels, [batch, 32, 32, 3])
    const u = teacherNetwork?.apply(images, { training: false })
    if (!student) return u
    const labels = tf.oneHot(tf.tensor1d(classes, 'int32'), 100).toFloat()
    const { value, grads } = optimizer.computeGradients(() => {
      const v = studentNetwork.apply(images, { training: true })
      return u ? distillation(u, v, labels) : crossEntropy(v, labels)
    })
    const variables = Object.fromEntries(studentNetwork.trainableWeights.map(({ val }) => [val.name, val]))
    for (const name in grads) grads[name] = grads[name].add(variables[name].mul(5e-4))
    optimizer.applyGradients(grads)
    return value
  }

  return async () => {
    const value = tf.tidy(takeStep)
    await value.data()
    value.dispose()
  }
}
