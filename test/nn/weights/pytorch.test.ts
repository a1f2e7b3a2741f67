import { unzipSync, zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { PickleWriter } from '../../../base/files/pickle/writer.ts'
import { InvalidInputError } from '../../../engine/index.ts'
import { readPytorch } from '../../../nn/weights/pytorch/decode.ts'
import { writePytorch } from '../../../nn/weights/pytorch/encode.ts'
import { fixture, numbersIn } from './stored.ts'

/** A file in the zip format with this pickle, given as bytes or text, and these storages. */
function fileOf(pickle: Uint8Array | string, storages: Record<string, Uint8Array> = {}): Uint8Array {
  const program =
    typeof pickle === 'string' ? Uint8Array.from(pickle, (letter) => letter.charCodeAt(0)) : pickle
  const files = Object.entries(storages).map(([key, bytes]) => [`archive/data/${key}`, bytes])
  return zipSync({ 'archive/data.pkl': program, ...Object.fromEntries(files) }, { level: 0 })
}

interface View {
  readonly length: number
  readonly offset?: number
  readonly shape: readonly number[]
  readonly strides: readonly number[]
}

/** A name and a float32 tensor in storage 0. */
function writeTensor(pickle: PickleWriter, name: string, { length, offset = 0, shape, strides }: View): void {
  pickle.text(name).named('torch._utils', '_rebuild_tensor')
  pickle.tuple(() => {
    pickle.tuple(() => {
      pickle.text('storage').named('torch', 'FloatStorage').text('0').text('cpu').integer(length)
    })
    pickle.persistent().integer(offset).integers(shape).integers(strides)
  })
  pickle.call()
}

/** A file of one tensor 'x', its storage being of these bytes. */
function tensorFile(view: View, bytes = new Uint8Array(4 * view.length)): Uint8Array {
  const pickle = new PickleWriter()
    .named('collections', 'OrderedDict')
    .tuple(() => {})
    .call()
  pickle.items(() => writeTensor(pickle, 'x', view))
  return fileOf(pickle.end(), { 0: bytes })
}

describe('files that PyTorch wrote', () => {
  const kinds = JSON.parse(new TextDecoder().decode(fixture('kinds.json')))

  it.each(['kinds_zip.pth', 'kinds_legacy.pth', 'kinds_protocol4.pth', 'kinds_legacy_protocol5.pth'])(
    'should give every type, shared storages, and views of any strides: %s',
    (name) => {
      expect(numbersIn(readPytorch(fixture(name), name))).toEqual(kinds)
    },
  )

  it('should give them when the archive is packed, too', () => {
    const packed = zipSync(unzipSync(fixture('kinds_zip.pth')), { level: 9 })
    expect(packed.length).toBeLessThan(fixture('kinds_zip.pth').length)
    expect(numbersIn(readPytorch(packed, 'packed'))).toEqual(kinds)
  })

  it.each(['training_zip.pth', 'training_legacy.th'])(
    'should give the weights among what training leaves, without the prefix of DataParallel: %s',
    (name) => {
      const { '0.weight': weight, ...others } = numbersIn(readPytorch(fixture(name), name))
      expect(weight.shape).toEqual([3, 2])
      expect(Object.keys(others)).toEqual([
        '0.bias',
        '1.weight',
        '1.bias',
        '1.running_mean',
        '1.running_var',
        '1.num_batches_tracked',
      ])
    },
  )

  it('should be refused where they hold more than weights, or none', () => {
    const refusals: Record<string, string> = {
      'whole_model.pth': "it needs 'torch.nn.modules.container.Sequential'",
      'namespace.pth': "it needs 'argparse.Namespace'",
      'lone_tensor.pth': 'expected a dictionary of tensors, but it holds a tensor',
      'list.pth': 'expected a dictionary of tensors, but it holds a list',
      'no_tensors.pth':
        'expected a dictionary of tensors, but it holds a dictionary { epoch: a number, lr: a number }',
      'torchscript.pth': 'it is a TorchScript archive',
    }
    for (const [name, problem] of Object.entries(refusals)) {
      expect(() => readPytorch(fixture(name), name)).toThrow(`${name}: not a valid PyTorch file: ${problem}`)
    }
  })
})

describe('what PyTorch files are written as', () => {
  it('should be read again bit by bit, and be equal for equal tensors', () => {
    const stored = readPytorch(fixture('kinds_zip.pth'), 'kinds')
    const file = writePytorch(stored)
    expect(readPytorch(file, 'written')).toEqual(stored)
    expect(writePytorch(stored)).toEqual(file)
  })
})

describe('a file that Python 2 wrote', () => {
  it('should be read: its texts are bytes, its dictionaries lists of pairs', () => {
    const storage = '(U\x07storagectorch\nFloatStorage\nU\x010U\x03cpuK\x01NtQ'
    const tensor = `ctorch._utils\n_rebuild_tensor\n(${storage}K\x00(K\x01t(K\x01ttR`
    const pickle = `\x80\x02ccollections\nOrderedDict\n(](](U\x01x${tensor}eetR.`
    const file = fileOf(pickle, { 0: new Uint8Array(new Float32Array([1.5]).buffer) })
    expect(numbersIn(readPytorch(file, 'x'))).toEqual({ x: { dtype: 'float32', shape: [1], values: [1.5] } })
  })
})

describe('a hostile pickle', () => {
  const refused = (file: Uint8Array) => expect(() => readPytorch(file, 'x.pth'))

  it.each([
    ['a call', 'cposix\nsystem\n', 'posix.system'],
    ['a builtin', '\x80\x04\x8c\x08builtins\x8c\x04eval\x93', 'builtins.eval'],
    ['a relative of a known name', 'ctorch\nload\n', 'torch.load'],
    ['a property of objects', 'c__proto__\nconstructor\n', '__proto__.constructor'],
    ['one that steers the terminal', 'cos\n\x1b[2Jsystem\n', 'os.\ufffd[2Jsystem'],
  ])('should be refused by the name it asks for: %s', (_, pickle, name) => {
    refused(fileOf(`\x80\x02${pickle}.`)).toThrow(
      `it needs '${name}', which is not part of a dictionary of tensors`,
    )
  })

  it.each([
    ['an instance by INST', '\x80\x02(S"id"\niposix\nsystem\n.', 'its pickle has an unknown opcode 0x53'],
    ['an extension', '\x80\x02\x82\x01.', 'its pickle has an unknown opcode 0x82'],
    ['a call of a dictionary', '\x80\x02})R.', 'its pickle calls a dictionary'],
    ['a call of a storage class', '\x80\x02ctorch\nFloatStorage\n)R.', 'its pickle calls torch.FloatStorage'],
    ['attributes of a list', '\x80\x02]}b.', 'its pickle sets attributes of a list'],
    ['items of a list', '\x80\x02]NNs.', 'its pickle sets items of a list'],
    ['an end to nothing', '\x80\x02.', 'its pickle pops an empty stack'],
    ['no end', '\x80\x02N', 'it ends at byte 3, 1 bytes too early'],
    ['no mark', '\x80\x02t.', 'its pickle pops a mark that does not exist'],
    ['no memory', '\x80\x02h\x07.', 'its pickle recalls 7, which its memo lacks'],
    ['an odd dictionary', '\x80\x02}(Nu.', 'its pickle has a key without a value'],
    ['a foreign reference', '\x80\x02NQ.', 'it refers to something other than a storage'],
    ['a future protocol', '\x80\x09N.', 'expected a pickle of protocol 5 or below, got 9'],
    ['a text beyond the end', '\x80\x02X\xff\xff\xff\xffabc.', 'it ends at byte 11'],
    ['a text beyond all ends', '\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\xffabc.', 'it ends at byte'],
  ])('should be refused: %s', (_, pickle, problem) => {
    refused(fileOf(pickle)).toThrow(problem)
  })

  it('should be refused where values are more than weights of its size need', () => {
    refused(fileOf(`\x80\x02${'}'.repeat(1_000_000)}.`)).toThrow(
      'its pickle would take more memory than a file of this size needs',
    )
  })

  it('should not overflow the stack, however deeply lists are nested', () => {
    const deep = 10_000
    // Bytes that are thrown away make room for as many values.
    const room = `B\x00\x00\x02\x00${'x'.repeat(2 ** 17)}0`
    const nested = `${room}${']'.repeat(deep)}${'a'.repeat(deep - 1)}`
    refused(fileOf(`\x80\x02${nested}.`)).toThrow('expected a dictionary of tensors, but it holds a list')
    refused(fileOf(`\x80\x02${room}${'('.repeat(deep)}${'t'.repeat(deep)}.`)).toThrow('but it holds a list')
  })

  it('should be refused where it makes one dictionary again and again', () => {
    const pairs = `](${'X\x01\x00\x00\x00aN\x86'.repeat(20_000)}e`
    const again = `ccollections\nOrderedDict\nq\x010${pairs}q\x000${'h\x01h\x00\x85R'.repeat(20_000)}`
    refused(fileOf(`\x80\x02${again}.`)).toThrow(
      'a dictionary would take more memory than a file of this size needs',
    )
  })

  it('should not be followed in circles', () => {
    refused(fileOf('\x80\x02}q\x00X\x01\x00\x00\x00ah\x00s.')).toThrow('a dictionary { a: a dictionary }')
  })
})

describe('a tensor that lies', () => {
  const refused = (...file: Parameters<typeof tensorFile>) =>
    expect(() => readPytorch(tensorFile(...file), 'x.pth'))

  it('should be refused where it reaches beyond its storage', () => {
    refused({ length: 6, shape: [2, 3], strides: [3, 2] }).toThrow(
      'a tensor reaches to element 7 of storage 0, which has 6',
    )
    refused({ length: 6, offset: 1, shape: [6], strides: [1] }).toThrow('a tensor reaches to element 6')
  })

  it('should be refused where its storage is of another size', () => {
    refused({ length: 6, shape: [6], strides: [1] }, new Uint8Array(20)).toThrow(
      'storage 0, 6 elements of F32, needs 24 bytes, but has 20',
    )
  })

  it('should be refused where sizes are negative or too many', () => {
    refused({ length: 6, shape: [2], strides: [-1] }).toThrow('no valid offset, shape and strides')
    refused({ length: 6, shape: [2], strides: [] }).toThrow('no valid offset, shape and strides')
    const many = new Array(65).fill(1)
    refused({ length: 6, shape: many, strides: many }).toThrow('no valid offset, shape and strides')
  })

  it('should be refused where one storage has more names than weights need', () => {
    const pickle = new PickleWriter()
      .named('collections', 'OrderedDict')
      .tuple(() => {})
      .call()
    const file = fileOf(
      pickle
        .items(() => {
          for (let i = 0; i < 2000; i++)
            writeTensor(pickle, `x${i}`, { length: 20_000, shape: [20_000], strides: [1] })
        })
        .end(),
      { 0: new Uint8Array(80_000) },
    )
    expect(() => readPytorch(file, 'x.pth')).toThrow('would take more memory than a file of this size needs')
  })

  it('should be refused where it repeats a number more often than weights need', () => {
    refused({ length: 1, shape: [1000, 1000, 1000], strides: [0, 0, 0] }).toThrow(
      'a tensor would take more memory than a file of this size needs',
    )
  })
})

describe('an archive that lies', () => {
  const whole = tensorFile({ length: 6, shape: [6], strides: [1] })
  const refused = (file: Uint8Array) => expect(() => readPytorch(file, 'x.pth'))

  /** The file with a number of 32 bits at a place after the start of its directory changed. */
  function withNumber(file: Uint8Array, at: number, value: number): Uint8Array {
    const changed = file.slice()
    const view = new DataView(changed.buffer)
    view.setUint32(view.getUint32(file.length - 6, true) + at, value, true)
    return changed
  }

  it('should be read where it does not', () => {
    expect(numbersIn(readPytorch(whole, 'x.pth')).x.values).toEqual([0, 0, 0, 0, 0, 0])
    expect(readPytorch(Uint8Array.from([...whole]), 'x.pth').size).toBe(1)
  })

  it('should be refused where it was cut short', () => {
    refused(whole.subarray(0, whole.length - 30)).toThrow('it is a truncated zip archive')
    for (let length = 2; length < whole.length; length++) {
      refused(whole.subarray(0, length)).toThrow(InvalidInputError)
    }
  })

  it('should be refused where a byte of a file changed', () => {
    const zeros = Buffer.from(whole).indexOf(Buffer.alloc(24))
    refused(whole.with(zeros + 5, 1)).toThrow('archive/data/0 is damaged: its checksum differs')
  })

  it('should be refused where sizes or places are others', () => {
    refused(withNumber(whole, 20, 7)).toThrow('archive/data.pkl does not unpack to the')
    refused(withNumber(whole, 24, 1000)).toThrow('does not unpack to the 1000 bytes')
    refused(withNumber(whole, 42, 1)).toThrow('archive/data.pkl is not where the zip directory says')
    refused(withNumber(whole, 42, 2 ** 31)).toThrow('it ends at byte')
  })

  it('should be refused where it unpacks to far more than it holds', () => {
    const bomb = zipSync({ a: { 'data.pkl': new Uint8Array(50_000_000) } }, { level: 9 })
    expect(bomb.length).toBeLessThan(100_000)
    refused(bomb).toThrow('unpacking a/data.pkl would take more memory than a file of this size needs')
  })

  it('should say what it holds where it is no checkpoint', () => {
    refused(zipSync({ 'arr_0.npy': new Uint8Array(3), b: new Uint8Array(3) })).toThrow(
      'it is a zip archive without data.pkl; it holds arr_0.npy, b',
    )
    refused(zipSync({})).toThrow('it is a zip archive without data.pkl')
  })
})

describe('a legacy file that lies', () => {
  it('should be refused at any length', () => {
    const whole = fixture('kinds_legacy.pth')
    for (let length = 2; length < whole.length; length += 7) {
      expect(() => readPytorch(whole.subarray(0, length), 'x.pth')).toThrow(InvalidInputError)
    }
  })

  it('should be refused where it is a pickle of something else', () => {
    const pickle = Uint8Array.from('\x80\x02}.', (letter) => letter.charCodeAt(0))
    expect(() => readPytorch(pickle, 'x.pkl')).toThrow('it is a pickle that was not written by PyTorch')
  })
})
