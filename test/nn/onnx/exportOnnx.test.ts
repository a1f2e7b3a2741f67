import { fromBinary } from '@bufbuild/protobuf'
import { TensorProto_DataType as DataType, ModelProtoSchema } from 'onnx-buf'
import { beforeAll, describe, expect, it } from 'vitest'
import { tensor } from '../../../engine/index.ts'
import { BatchNorm2d, createModel, exportOnnx, type Module, type Predictions } from '../../../nn/index.ts'
import { fill } from '../../referenceCases/fill.ts'
import { useReference } from '../reference.ts'
import { functions, image, refused } from './networks.ts'
import { findRuntime } from './onnxruntime.ts'

beforeAll(useReference)

const runtime = await findRuntime()

describe('an exported network', () => {
  it('should be a graph from images to logits, its weights under their own names', async () => {
    const network = createModel('resnet8', { classes: 10 })
    const model = fromBinary(ModelProtoSchema, await exportOnnx(network))
    expect([model.irVersion, model.producerName]).toEqual([8n, 'thermograd'])
    expect(model.opsetImport.map(({ domain, version }) => [domain, version])).toEqual([['', 17n]])

    const graph = model.graph!
    const shapesOf = (infos: typeof graph.input) =>
      infos.map(({ name, type }) => {
        const tensorType = type!.value.case === 'tensorType' ? type!.value.value : undefined
        expect(tensorType!.elemType).toBe(DataType.FLOAT)
        return [name, tensorType!.shape!.dim.map(({ value }) => value.value)]
      })
    expect(shapesOf(graph.input)).toEqual([['images', ['N', 3n, 32n, 32n]]])
    expect(shapesOf(graph.output)).toEqual([['logits', ['N', 10n]]])

    const initializers = new Map(graph.initializer.map((initializer) => [initializer.name, initializer]))
    const weights = [...network.stateDict()].filter(([name]) => !name.endsWith('num_batches_tracked'))
    expect([...initializers.keys()].sort()).toEqual(weights.map(([name]) => name).sort())
    for (const [name, weight] of weights) {
      const { dims, rawData } = initializers.get(name)!
      expect(dims.map(Number)).toEqual(weight.shape)
      expect(new Float32Array(rawData.slice().buffer)).toEqual(await weight.data())
    }
    expect(graph.node.filter(({ opType }) => opType === 'Conv').length).toBe(9)
  })

  const everything: (readonly [string, Module<Predictions>, readonly [number, number, number]])[] = [
    ['ShuffleV1', createModel('ShuffleV1'), [3, 32, 32]],
    ...Object.entries(functions).map(([name, network]) => [name, network, image] as const),
  ]

  it.each(everything)('should take each value from a node before it: %s', async (_, network, shape) => {
    const { graph } = fromBinary(ModelProtoSchema, await exportOnnx(network, { image: shape }))
    const known = new Set(['images', ...graph!.initializer.map(({ name }) => name)])
    for (const { input, output } of graph!.node) {
      for (const name of input) expect(known).toContain(name)
      for (const name of output) {
        expect(known).not.toContain(name)
        known.add(name)
      }
    }
    expect(known).toContain('logits')
  })

  it('should leave the network in the mode and with the statistics that it had', async () => {
    const network = createModel('resnet8')
    const norm = [...network.modules()].find((module) => module instanceof BatchNorm2d)!
    norm.training = false
    const before = await norm.running_mean.data()
    await exportOnnx(network)
    expect([network.training, norm.training]).toEqual([true, false])
    expect(await norm.running_mean.data()).toEqual(before)
  })

  it.each(refused)('should be refused where it needs %s', async (_, network, problem) => {
    await expect(exportOnnx(network, { image })).rejects.toThrow(`onnx: ${problem}`)
  })
})

describe.skipIf(runtime === undefined)('in onnxruntime', () => {
  /** The largest difference from what we compute, in units of the largest logit. */
  async function difference(
    network: Module<Predictions>,
    shape: readonly [number, number, number],
  ): Promise<number> {
    const { InferenceSession, Tensor } = runtime!
    const session = await InferenceSession.create(await exportOnnx(network, { image: shape }))
    expect([session.inputNames, session.outputNames]).toEqual([['images'], ['logits']])
    let worst = 0
    for (const count of [1, 5]) {
      const images = Float32Array.from(fill([count, ...shape], 7, 1.5))
      const { logits } = await session.run({ images: new Tensor('float32', images, [count, ...shape]) })
      const ours = network.evaluate().forward(tensor(images, { shape: [count, ...shape] })).logits
      expect(logits.dims).toEqual(ours.shape)
      const expected = Array.from(await ours.data())
      const largest = Math.max(...expected.map(Math.abs))
      logits.data.forEach((value, i) => {
        worst = Math.max(worst, Math.abs(value - expected[i]) / largest)
      })
    }
    return worst
  }

  it.each(['resnet8x4', 'wrn_16_1', 'vgg8', 'MobileNetV2', 'ShuffleV1', 'ShuffleV2', 'resnet20_a'])(
    'should give our logits to 1e-5: %s',
    async (name) => {
      expect(await difference(createModel(name, { seed: 3 }), [3, 32, 32])).toBeLessThan(1e-5)
    },
  )

  it.each(Object.entries(functions))('should give our logits to 1e-5: %s', async (_, network) => {
    expect(await difference(network, image)).toBeLessThan(1e-5)
  })
})
