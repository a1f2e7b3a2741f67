import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { writeFileAtomically } from '../../../base/files/writeFile.ts'
import { type DType, InvalidInputError, type Tensor, tensor } from '../../../engine/index.ts'
import {
  createModel,
  decodeSafetensors,
  encodeSafetensors,
  loadWeights,
  type StateDict,
  saveWeights,
} from '../../../nn/index.ts'
import { sharedTemporaryFolder } from '../../train/temporaryFolder.ts'
import { numbers, useReference } from '../reference.ts'

beforeAll(useReference)

const folder = sharedTemporaryFolder()

const elementOf: Record<DType, fc.Arbitrary<number>> = {
  float32: fc.float(),
  float64: fc.double(),
  int32: fc.integer(),
  bool: fc.integer({ min: 0, max: 1 }),
}

/** A tensor of any type, of up to three axes, zero lengths included. */
const anyTensor = fc
  .record({
    dtype: fc.constantFrom<DType>('float32', 'float64', 'int32', 'bool'),
    shape: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 }),
  })
  .chain(({ dtype, shape }) => {
    const size = shape.reduce((product, length) => product * length, 1)
    return fc
      .array(elementOf[dtype], { minLength: size, maxLength: size })
      .map((values) => tensor(Float64Array.from(values), { dtype, shape }))
  })

const name = fc.string({ unit: 'grapheme' }).filter((text) => text !== '__metadata__')

const file = fc.record({
  tensors: fc.array(fc.tuple(name, anyTensor), { maxLength: 5 }).map((entries) => new Map(entries)),
  metadata: fc.dictionary(name, fc.string()),
})

async function contents(tensors: StateDict) {
  const entries: [string, DType, readonly number[], number[]][] = []
  for (const [key, x] of tensors) entries.push([key, x.dtype, x.shape, await numbers(x)])
  return entries.sort(([a], [b]) => (a < b ? -1 : 1))
}

/** The bytes of a file with this header, text or JSON, and this many bytes of elements. */
function fileOf(header: unknown, elements: ArrayLike<number> = []): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const length = new Uint8Array(new BigUint64Array([BigInt(text.length)]).buffer)
  return Uint8Array.from([...length, ...text, ...Array.from(elements)])
}

/** How a header describes a tensor of one byte. */
const described = '{"dtype":"U8","shape":[1],"data_offsets":[0,1]}'

describe('safetensors', () => {
  it('gives back what was saved', async () => {
    await fc.assert(
      fc.asyncProperty(file, async ({ tensors, metadata }) => {
        const bytes = await encodeSafetensors(tensors, metadata)
        const read = decodeSafetensors(bytes)
        expect(await contents(read.tensors)).toEqual(await contents(tensors))
        expect(new Map(Object.entries(read.metadata))).toEqual(new Map(Object.entries(metadata)))
      }),
    )
  })

  it('keeps the order of names and lays each element at a multiple of its size', async () => {
    const tensors = new Map<string, Tensor>([
      ['flag', tensor([true])],
      ['half', tensor([1, 2, 3])],
      ['whole', tensor([1], { dtype: 'float64' })],
    ])
    const bytes = await encodeSafetensors(tensors)
    expect([...decodeSafetensors(bytes).tensors.keys()]).toEqual(['flag', 'half', 'whole'])
    expect(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8).toBe(0)
    const text = new TextDecoder().decode(bytes)
    expect(text).toContain('"whole":{"dtype":"F64","shape":[1],"data_offsets":[0,8]}')
    expect(text).toContain('"half":{"dtype":"F32","shape":[3],"data_offsets":[8,20]}')
    expect(text).toContain('"flag":{"dtype":"BOOL","shape":[1],"data_offsets":[20,21]}')
  })

  it('reads a file cut short or with a changed byte whole or not at all', async () => {
    await fc.assert(
      fc.asyncProperty(file, fc.nat(), fc.integer({ min: 1, max: 255 }), async ({ tensors }, at, change) => {
        const bytes = await encodeSafetensors(tensors)
        const cut = bytes.slice(0, at % bytes.length)
        expect(() => decodeSafetensors(cut)).toThrow(InvalidInputError)
        const changed = bytes.slice()
        changed[at % bytes.length] ^= change
        try {
          decodeSafetensors(changed)
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidInputError)
        }
      }),
    )
  })

  it('reads half precision, bfloat16, bytes and 64-bit integers', async () => {
    const read = async (dtype: string, elements: number[], length: number) => {
      const header = { x: { dtype, shape: [length], data_offsets: [0, elements.length] } }
      return numbers(decodeSafetensors(fileOf(header, elements)).tensors.get('x')!)
    }
    const halves = [0x3c00, 0xc000, 0x3555, 0x7bff, 0x0001, 0x8000, 0x7c00, 0xfc00, 0x7e00]
    const bytes = halves.flatMap((bits) => [bits & 0xff, bits >> 8])
    expect(await read('F16', bytes, 9)).toEqual([
      1,
      -2,
      0.333251953125,
      65504,
      2 ** -24,
      -0,
      Infinity,
      -Infinity,
      Number.NaN,
    ])
    expect(await read('BF16', [0x80, 0x3f, 0x49, 0xc0], 2)).toEqual([1, -3.140625])
    expect(await read('U8', [7, 255], 2)).toEqual([7, 255])
    expect(await read('I64', [254, 255, 255, 255, 255, 255, 255, 255], 1)).toEqual([-2])
  })

  it.each<[string, Uint8Array, string]>([
    ['an empty file', new Uint8Array(0), "it has 0 bytes, but the header's length takes 8"],
    ['a huge header', Uint8Array.from([0, 0, 0, 0, 1, 0, 0, 0]), 'its header would be 4294967296 bytes long'],
    ['a missing end', fileOf({}).slice(0, 9), 'its header should end at byte 10, but it has 9 bytes'],
    ['no JSON', fileOf('{"x":'), 'its header is not a JSON object'],
    ['a list', fileOf('[]'), 'its header is not a JSON object'],
    [
      'numbers for texts',
      fileOf({ __metadata__: { a: 1 } }),
      '__metadata__ holds something other than strings',
    ],
    [
      'a tensor twice',
      fileOf(`{"x":${described},"\\u0078":${described}}`, [0]),
      "its header repeats the key 'x'",
    ],
    ['a text twice', fileOf('{"__metadata__":{"a":"b","a":"b"}}'), "its header repeats the key 'a'"],
    [
      'a key of a tensor twice',
      fileOf('{"x":{"dtype":"U8","shape":[1],"shape":[1],"data_offsets":[0,1]}}', [0]),
      "its header repeats the key 'shape'",
    ],
    ['no description', fileOf({ x: 1 }), "the entry of 'x' is not an object"],
    [
      'an unknown type',
      fileOf({ x: { dtype: 'F8', shape: [], data_offsets: [0, 1] } }, [0]),
      '\'x\' has dtype "F8", expected one of F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL',
    ],
    ['a bad shape', fileOf({ x: { dtype: 'U8', shape: [-1], data_offsets: [0, 0] } }), "'x' has shape [-1]"],
    [
      'bad offsets',
      fileOf({ x: { dtype: 'U8', shape: [1], data_offsets: [1, 0] } }, [0]),
      "'x' has data_offsets [1,0]",
    ],
    [
      'too few bytes',
      fileOf({ x: { dtype: 'F32', shape: [2], data_offsets: [0, 4] } }, [0, 0, 0, 0]),
      "'x', F32 [2], needs 8 bytes, but has 4",
    ],
    [
      'an overlap',
      fileOf(
        {
          x: { dtype: 'U8', shape: [2], data_offsets: [0, 2] },
          y: { dtype: 'U8', shape: [2], data_offsets: [1, 3] },
        },
        [0, 0, 0],
      ),
      "'y' overlaps the tensor before it",
    ],
    [
      'a gap',
      fileOf({ x: { dtype: 'U8', shape: [1], data_offsets: [1, 2] } }, [0, 0]),
      'no tensor owns the bytes from 0 to 1',
    ],
    [
      'bytes left over',
      fileOf({ x: { dtype: 'U8', shape: [1], data_offsets: [0, 1] } }, [0, 0]),
      'its tensors take 1 bytes, but 2 follow the header',
    ],
    [
      'a truth value of 2',
      fileOf({ x: { dtype: 'BOOL', shape: [1], data_offsets: [0, 1] } }, [2]),
      "'x' holds 2, which bool cannot represent",
    ],
    [
      'an integer beyond 32 bits',
      fileOf({ x: { dtype: 'I64', shape: [], data_offsets: [0, 8] } }, [0, 0, 0, 0, 1, 0, 0, 0]),
      "'x' holds 4294967296, which int32 cannot represent",
    ],
  ])('refuses %s', (_, bytes, problem) => {
    expect(() => decodeSafetensors(bytes, 'weights.safetensors')).toThrow(
      `weights.safetensors: not a valid safetensors file: ${problem}`,
    )
  })

  it('refuses to save a tensor under the name of the metadata', async () => {
    await expect(encodeSafetensors(new Map([['__metadata__', tensor(1)]]))).rejects.toThrow(
      'safetensors: a tensor cannot have the name __metadata__',
    )
  })
})

describe('saveWeights and loadWeights', () => {
  it('carry a network over', async () => {
    const path = join(folder, 'network.safetensors')
    const trained = createModel('resnet8', { seed: 1 })
    await saveWeights(path, trained.stateDict(), { epoch: '3' })
    const fresh = createModel('resnet8', { seed: 2 }).loadStateDict(await loadWeights(path))
    expect(await contents(fresh.stateDict())).toEqual(await contents(trained.stateDict()))
    expect(decodeSafetensors(await readFile(path)).metadata).toEqual({ epoch: '3' })
  })
})

describe('writeFileAtomically', () => {
  it('replaces a file, and leaves nothing beside it', async () => {
    const path = join(folder, 'inside', 'note.txt')
    await expect(writeFileAtomically(path, 'lost')).rejects.toThrow(
      `${path}: cannot write this file (ENOENT: no such file or directory, `,
    )
    const note = join(folder, 'note.txt')
    await writeFileAtomically(note, 'first')
    await writeFileAtomically(note, 'second')
    expect(await readFile(note, 'utf8')).toBe('second')
    expect((await readdir(folder)).filter((entry) => entry.includes('partial'))).toEqual([])
  })
})
