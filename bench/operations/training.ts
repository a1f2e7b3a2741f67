import { bytesPerElement } from '../../engine/executors/wasm/kernels/lanes.ts'
import { grad, multiply, relu, sum, type Tensor, tensor } from '../../engine/index.ts'
import { dtkd } from '../../kd/index.ts'
import { BatchNorm2d, createModel, crossEntropy, initialize, SGD } from '../../nn/index.ts'
import { assigned, Maps, noise, type Operation, zeros } from './operation.ts'

/** Batch norm of training and ReLU, over the largest maps of resnet8x4. */
const maps = [64, 64, 32, 32]
const mapBytes = bytesPerElement * maps.reduce((product, length) => product * length)

const newLayer = () => initialize(new BatchNorm2d(64), 1)

const normalization: readonly Operation[] = [
  {
    name: 'batch norm, ReLU 64 channels, 32×32',
    flops: 0,
    // Read for the statistics, read again for the result, written.
    bytes: 3 * mapBytes,
    prepare() {
      const [x, y, layer] = [new Maps(maps), new Maps(maps), newLayer()]
      return () => [y.assign(relu(layer.forward(x.tensor))), ...layer.state()]
    },
  },
  {
    name: 'batch norm, ReLU forward and backward',
    flops: 0,
    // Backward: maps and gradient read for two sums, read again for the result, written.
    bytes: 8 * mapBytes,
    prepare() {
      const [x, y, g] = [new Maps(maps), new Maps(maps), new Maps(maps)]
      const [layer, dx, dw, db] = [newLayer(), new Maps(maps), zeros([64]), zeros([64])]
      return () => {
        const input = x.tensor
        const output = relu(layer.forward(input))
        const loss = sum(multiply(output, g.tensor))
        const [ofInput, ofWeight, ofBias] = grad(loss, [input, layer.weight, layer.bias])
        const gradients = [dx.assign(ofInput), assigned(dw, ofWeight), assigned(db, ofBias)]
        return [y.assign(output), ...gradients, ...layer.state()]
      }
    },
  },
]

const logits = [64, 100]

function loss(name: string, of: (student: Tensor, teacher: Tensor, labels: Tensor) => Tensor): Operation {
  return {
    name: `${name}, forward and backward, 64×100`,
    flops: 0,
    bytes: 3 * bytesPerElement * 64 * 100,
    prepare() {
      const [student, teacher, gradient, value] = [noise(logits), noise(logits), zeros(logits), zeros([])]
      const labels = tensor(Int32Array.from({ length: 64 }, (_, row) => row))
      return () => {
        const scalar = of(student, teacher, labels)
        return [assigned(value, scalar), assigned(gradient, grad(scalar, [student])[0])]
      }
    },
  }
}

const parameterCount = createModel('resnet8x4')
  .parameters()
  .reduce((count, { size }) => count + size, 0)

const optimizer: Operation = {
  name: 'SGD with momentum, resnet8x4',
  flops: 0,
  // Weight, gradient and momentum read; weight and momentum written.
  bytes: 5 * bytesPerElement * parameterCount,
  prepare() {
    const parameters = createModel('resnet8x4').parameters()
    const gradients = parameters.map(({ shape }) => noise(shape))
    const sgd = new SGD(parameters, { lr: 0.05, momentum: 0.9, weightDecay: 5e-4 })
    return () => {
      sgd.step(gradients)
      return [...parameters, ...sgd.state()]
    }
  },
}

export const training: readonly Operation[] = [
  ...normalization,
  loss('cross entropy', (student, _, labels) => crossEntropy(student, labels)),
  loss('DTKD', (student, teacher, labels) => dtkd(student, teacher, labels).loss),
  optimizer,
]
