import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { tensor } from '../../../engine/index.ts'
import {
  createModel,
  exportOnnx,
  Linear,
  loadWeights,
  readStored,
  readWeightFile,
  saveWeights,
  writeWeightFile,
} from '../../../nn/index.ts'
import { sharedTemporaryFolder } from '../../train/temporaryFolder.ts'
import { numbers, useReference } from '../reference.ts'
import { fixtures } from './stored.ts'

beforeAll(useReference)

const folder = sharedTemporaryFolder()

async function fileOf(content: string | Uint8Array): Promise<string> {
  const path = join(folder, 'weights')
  await writeFile(path, content)
  return path
}

const bytes = (...values: number[]) => Uint8Array.from([...values, ...new Array(40).fill(7)])
const tar = Uint8Array.from([...new Array(257).fill(0), ...Buffer.from('ustar\0')])
const tensorflowIndex = Uint8Array.from([
  ...new Array(40).fill(0),
  0x57,
  0xfb,
  0x80,
  0x8b,
  0x24,
  0x75,
  0x47,
  0xdb,
])

describe('a file that holds no weights', () => {
  it.each([
    ['', 'an empty file'],
    [bytes(0x1f, 0x8b, 8), 'a gzip archive; unpack it first'],
    ['\n<!DOCTYPE html>\n<html>', 'an HTML page, perhaps from a failed download'],
    ['<html><head>', 'an HTML page'],
    ['version https://git-lfs.github.com/spec/v1\noid sha256:0', 'a git-lfs pointer instead of the file'],
    [tar, 'a tar archive; unpack it first'],
    [bytes(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a), 'an HDF5 file, as written by Keras'],
    [bytes(0x08, 0x01, 0x12), 'a TensorFlow SavedModel'],
    [bytes(0x1c, 0, 0, 0, 0x54, 0x46, 0x4c, 0x33), 'a TensorFlow Lite file'],
    [tensorflowIndex, 'the index of a TensorFlow checkpoint'],
    [bytes(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59), 'a NumPy array'],
    ['no weights at all', "text that begins with 'no weights at all'"],
    ['{"weight": [1, 2]}', 'text that begins with \'{"weight": [1, 2]}\''],
    [bytes(1, 2, 3), 'of unknown type: it begins with the bytes 01 02 03 07 07 07 07 07'],
  ])('should be named by its first bytes: %#', async (content, what) => {
    const path = await fileOf(content)
    const message = `${path}: expected weights in safetensors or PyTorch format (.pth, .th), but this is ${what}`
    await expect(loadWeights(path)).rejects.toThrow(message)
  })

  it('should be named: a folder, and nothing at all', async () => {
    await expect(loadWeights(folder)).rejects.toThrow(`${folder}: expected a file, but this is a folder`)
    const missing = join(folder, 'missing.pth')
    await expect(loadWeights(missing)).rejects.toThrow(`${missing}: there is no such file or folder`)
  })
})

describe('a file of weights', () => {
  it.each(['weights.safetensors', 'weights.pth', 'weights.pt', 'weights.th'])(
    'should be written as its name says, and carry a network over: %s',
    async (name) => {
      const path = join(folder, name)
      const layer = new Linear(2, 1).loadStateDict(
        new Map([
          ['weight', tensor([[1.5, -2]])],
          ['bias', tensor([0.1])],
        ]),
      )
      await saveWeights(path, layer.stateDict())
      const other = new Linear(2, 1).loadStateDict(await loadWeights(path))
      expect(await numbers(other.weight)).toEqual([1.5, -2])
      expect(await numbers(other.bias!)).toEqual([Math.fround(0.1)])
    },
  )

  it('should not be written under a name that says no format', async () => {
    const tensors = new Map([['x', tensor(1)]])
    await expect(saveWeights(join(folder, 'weights.bin'), tensors)).rejects.toThrow(
      'weights.bin: expected the extension .safetensors or, for PyTorch, .pth, .pt or .th',
    )
    await expect(saveWeights(join(folder, 'weights.pth'), tensors, { epoch: '3' })).rejects.toThrow(
      'weights.pth: only safetensors files can hold metadata',
    )
  })

  it('should keep every bit on the way through all formats', async () => {
    const original = await readWeightFile(join(fixtures, 'kinds_legacy.pth'))
    const safetensors = join(folder, 'kinds.safetensors')
    const pth = join(folder, 'kinds.pth')
    await writeWeightFile(safetensors, original)
    await writeWeightFile(pth, await readWeightFile(safetensors))
    expect(await readWeightFile(pth)).toEqual(original)
    expect((await readFile(pth)).subarray(0, 2).toString()).toBe('PK')
  })

  it('should give the weights of an exported network', async () => {
    const path = join(folder, 'network.onnx')
    const network = createModel('resnet8', { classes: 10, seed: 4 })
    await writeFile(path, await exportOnnx(network))
    const other = createModel('resnet8', { classes: 10 }).loadStateDict(await loadWeights(path))
    for (const [name, weight] of network.stateDict()) {
      expect(await numbers(other.stateDict().get(name)!)).toEqual(await numbers(weight))
    }
    const bytes = new Uint8Array(await readFile(path))
    await expect(loadWeights(await fileOf(bytes.subarray(0, 5000)))).rejects.toThrow(
      'not a valid ONNX file: ',
    )
    await expect(loadWeights(await fileOf(bytes.subarray(0, 14)))).rejects.toThrow('it holds no weights')
  })

  it('should be refused where an exported network has more tensors than bytes to describe them', () => {
    // A field 5 of no bytes is a tensor without a name: two bytes each.
    const graph = Uint8Array.from({ length: 2 ** 18 }, (_, i) => (i % 2 === 0 ? 0x2a : 0))
    const model = Uint8Array.from([0x08, 8, 0x12, 1, 0x61, 0x3a, 0x80, 0x80, 0x10, ...graph])
    expect(() => readStored(model, 'a.onnx')).toThrow(
      'a.onnx: not a valid ONNX file: a tensor would take more memory than a file of this size needs',
    )
  })

  it('should not give what a tensor cannot hold', async () => {
    const path = join(folder, 'long.safetensors')
    const value = new Uint8Array(new BigInt64Array([2n ** 40n]).buffer)
    await writeWeightFile(path, new Map([['steps', { type: 'I64', shape: [], bytes: value }]]))
    await expect(loadWeights(path)).rejects.toThrow(
      "'steps' holds 1099511627776, which int32 cannot represent",
    )
    expect((await readWeightFile(path)).get('steps')!.bytes).toEqual(value)
  })
})
