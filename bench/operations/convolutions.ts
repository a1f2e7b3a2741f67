import { bytesPerElement } from '../../engine/executors/wasm/kernels/lanes.ts'
import {
  conv2dInputGradientPrimitive,
  conv2dPrimitive,
  conv2dWeightGradientPrimitive,
} from '../../engine/operations/convolution.ts'
import { apply } from '../../engine/operations/primitive.ts'
import { assigned, Maps, noise, type Operation } from './operation.ts'

/** A convolution of a network: square maps, a square kernel, padding that keeps the size at stride 1. */
export interface Layer {
  readonly network: string
  readonly channels: number
  readonly filters: number
  readonly size: number
  readonly kernel: 1 | 3
  readonly stride?: number
  readonly groups?: number
}

export const layers: readonly Layer[] = [
  { network: 'resnet8x4, stem', channels: 3, filters: 32, size: 32, kernel: 3 },
  { network: 'resnet8x4', channels: 32, filters: 64, size: 32, kernel: 3 },
  { network: 'resnet8x4', channels: 64, filters: 64, size: 32, kernel: 3 },
  { network: 'resnet8x4', channels: 64, filters: 128, size: 32, kernel: 3, stride: 2 },
  { network: 'resnet8x4', channels: 64, filters: 128, size: 32, kernel: 1, stride: 2 },
  { network: 'resnet8x4', channels: 128, filters: 128, size: 16, kernel: 3 },
  { network: 'resnet8x4', channels: 128, filters: 256, size: 16, kernel: 3, stride: 2 },
  { network: 'resnet8x4', channels: 256, filters: 256, size: 8, kernel: 3 },
  { network: 'resnet20', channels: 16, filters: 16, size: 32, kernel: 3 },
  { network: 'resnet20', channels: 16, filters: 32, size: 32, kernel: 3, stride: 2 },
  { network: 'resnet20', channels: 32, filters: 32, size: 16, kernel: 3 },
  { network: 'resnet20', channels: 64, filters: 64, size: 8, kernel: 3 },
  { network: 'ResNet50', channels: 64, filters: 256, size: 16, kernel: 1 },
  { network: 'ResNet50', channels: 256, filters: 64, size: 16, kernel: 1 },
  { network: 'MobileNetV2', channels: 96, filters: 96, size: 16, kernel: 3, groups: 96 },
  { network: 'MobileNetV2', channels: 96, filters: 96, size: 32, kernel: 3, stride: 2, groups: 96 },
  { network: 'ShuffleNet', channels: 240, filters: 240, size: 16, kernel: 1, groups: 3 },
]

/** The three products of a layer: its output, and the gradients of its input and its weights. */
export type Product = 'convolution' | 'input gradient' | 'weight gradient'

export function productsOf(layer: Layer, batch = 64): Readonly<Record<Product, Operation>> {
  const { network, channels, filters, size, kernel, stride = 1, groups = 1 } = layer
  const outputSize = Math.ceil(size / stride)
  const x = [batch, channels, size, size]
  const y = [batch, filters, outputSize, outputSize]
  const w = [filters, channels / groups, kernel, kernel]
  const count = (shape: readonly number[]) => shape.reduce((product, length) => product * length)
  const both = (value: number): [number, number] => [value, value]
  const window = { stride: both(stride), padding: both((kernel - 1) / 2), dilation: both(1), groups }
  const shape = `${channels}→${filters}, ${kernel}×${kernel}${stride > 1 ? ` / ${stride}` : ''}`
  const title = `${shape}, ${size}×${size}${groups > 1 ? `, ${groups} groups` : ''} (${network})`
  const flops = 2 * count(y) * count(w.slice(1))
  const bytes = bytesPerElement * (count(x) + count(y) + count(w))
  return {
    convolution: {
      name: `convolution ${title}`,
      flops,
      bytes,
      prepare() {
        const [input, output, weights] = [new Maps(x), new Maps(y), noise(w)]
        return () => [output.assign(apply(conv2dPrimitive, [input.tensor, weights], window))]
      },
    },
    'input gradient': {
      name: `input gradient ${title}`,
      flops,
      bytes,
      prepare() {
        const [input, output, weights] = [new Maps(x), new Maps(y), noise(w)]
        const attributes = { ...window, inputSize: both(size) }
        return () => [input.assign(apply(conv2dInputGradientPrimitive, [output.tensor, weights], attributes))]
      },
    },
    'weight gradient': {
      name: `weight gradient ${title}`,
      flops,
      bytes,
      prepare() {
        const [input, output, weights] = [new Maps(x), new Maps(y), noise(w)]
        const attributes = { ...window, kernelSize: both(kernel) }
        return () => [
          assigned(weights, apply(conv2dWeightGradientPrimitive, [input.tensor, output.tensor], attributes)),
        ]
      },
    },
  }
}

export const convolutions: readonly Operation[] = layers.flatMap((layer) => Object.values(productsOf(layer)))
