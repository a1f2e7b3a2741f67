import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { unpackTar } from 'modern-tar'
import { beforeAll, describe, expect, it } from 'vitest'
import { InvalidInputError } from '../../base/errors.ts'
import { openCifar10, openCifar100, openCifar100Coarse } from '../../datasets/index.ts'
import { temporaryFolder } from '../train/temporaryFolder.ts'
import { cifar10Files, cifar100Files, type Files, writeArchive, writeFolder } from './cifarArchives.ts'
import { refusalOf } from './refusal.ts'

const fixtures = join(import.meta.dirname, 'fixtures')
const archive100 = join(fixtures, 'cifar-100-python.tar.gz')

/** The files of the archive, each of which may be put in another's place. */
let files: Readonly<Record<string, Uint8Array>>
beforeAll(async () => {
  const entries = await unpackTar(gunzipSync(await readFile(archive100)))
  files = Object.fromEntries(entries.map(({ header, data }) => [header.name, data!]))
})

const train = 'cifar-100-python/train'

/** The bytes of a file with the first place of `from` replaced. */
function replaced(file: Uint8Array, from: string, to: string): Uint8Array {
  const text = Buffer.from(file).toString('latin1')
  expect(text).toContain(from)
  return Buffer.from(
    text.replace(from, () => to),
    'latin1',
  )
}

async function refusal(changes: Files): Promise<string> {
  const { folder, message } = await refusalOf(openCifar100, { ...files, ...changes })
  return message.replace(`${folder}/`, '')
}

describe('CIFAR in the Python layout, as Python 2 pickled it', () => {
  it('should be the same CIFAR-100 as in the binary layout', async () => {
    const folder = await temporaryFolder()
    const binary = await openCifar100(await writeArchive(join(folder, 'binary.tar.gz'), cifar100Files()))
    expect(await openCifar100(archive100)).toEqual(binary)
    const parent = await writeFolder(join(folder, 'parent'), files)
    expect(await openCifar100(parent)).toEqual(binary)
    expect(await openCifar100(join(parent, 'cifar-100-python'))).toEqual(binary)
  })

  it.each(['2', '4', 'bytes-2', 'bytes-4'])(
    'should be the same when Python 3 has saved it again, with protocol and texts: %s',
    async (way) => {
      const again = await openCifar100(join(fixtures, `repickled-${way}.tar.gz`))
      expect(again).toEqual(await openCifar100(archive100))
    },
  )

  it('should be the same CIFAR-10 as in the binary layout', async () => {
    const binary = await writeArchive(join(await temporaryFolder(), 'binary.tar.gz'), cifar10Files())
    expect(await openCifar10(join(fixtures, 'cifar-10-python.tar.gz'))).toEqual(await openCifar10(binary))
  })
})

describe('CIFAR-100 by its superclasses', () => {
  it('should have the coarse labels for labels, and their names', async () => {
    const { name, train, test, classNames } = await openCifar100Coarse(archive100)
    expect(name).toBe('cifar100-coarse')
    expect([...train.labels, ...test.labels]).toEqual([1, 2, 3, 19])
    expect(classNames).toEqual(Array.from({ length: 20 }, (_, label) => `coarse_${label}`))
    expect(train.images).toEqual((await openCifar100(archive100)).train.images)
  })
})

describe('a pickle that is not what it should be', () => {
  const batch = 'not a valid pickled batch of CIFAR images: '

  it('should be refused for any other name, which is never loaded', async () => {
    const system = replaced(files[train], 'cnumpy.core.multiarray\n_reconstruct\n', 'cos\nsystem\n')
    expect(await refusal({ [train]: system })).toBe(
      `${train}: ${batch}it needs 'os.system', which is not part of a batch of images and is never loaded`,
    )
  })

  it.each([
    [
      'another type of elements',
      'U\x02u1',
      'U\x02f8',
      "an array has elements of type 'f8', expected 'u1' (bytes)",
    ],
    ['columns before rows', '\x89T', '\x88T', 'an array is in column-major order, expected row-major'],
    [
      'another shape',
      'K\x03M\x00\x0c\x86',
      'K\x02M\x00\x0c\x86',
      'an array of shape [2,3072] has 9216 bytes instead of 6144 bytes',
    ],
    [
      'another width',
      'K\x03M\x00\x0c\x86',
      'M\x00\x0cK\x03\x86',
      "expected an array of [images, 3072] under 'data', got [3072,3]",
    ],
    ['no images', 'U\x04data', 'U\x04atad', "expected an array under 'data', got nothing"],
    ['no labels', 'fine_labels', 'fine_smells', "expected a list under 'fine_labels', got nothing"],
    ['a reference to outside', '}q', '}Q', 'its pickle refers to something outside the file'],
    ['an end in the middle', 'K\x0a', '.\x0a', 'its pickle pops an empty stack'],
    ['a later protocol', '\x80\x02', '\x80\x09', 'expected a pickle of protocol 5 or below, got 9'],
  ])('should be refused for %s', async (_, from, to, problem) => {
    expect(await refusal({ [train]: replaced(files[train], from, to) })).toBe(`${train}: ${batch}${problem}`)
  })

  it('should be refused for labels out of range, and too few of them', async () => {
    expect(await refusal({ [train]: replaced(files[train], 'K\x14', 'K\x64') })).toBe(
      `${train}: expected a fine label from 0 to 99 in every record, got 100 in record 1`,
    )
    expect(await refusal({ [train]: replaced(files[train], 'K\x0aK\x14K\x1ee', 'K\x0aK\x14e') })).toBe(
      `${train}: ${batch}expected 3 fine_labels, got 2`,
    )
  })

  it('should be refused for names that are missing', async () => {
    const meta = 'cifar-100-python/meta'
    expect(await refusal({ [meta]: replaced(files[meta], 'coarse_label_names', 'coarse_label_games') })).toBe(
      `${meta}: not a valid pickle of the names of classes: expected a list under 'coarse_label_names', got nothing`,
    )
  })

  it('should be refused wherever it ends too early', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: files[train].length - 1 }), async (length) => {
        expect(await refusal({ [train]: files[train].subarray(0, length) })).toContain(train)
      }),
      { numRuns: 50 },
    )
  })

  it('should be read as three images, or refused, whatever byte is another one', async () => {
    const folder = await writeFolder(await temporaryFolder(), files)
    await fc.assert(
      fc.asyncProperty(
        // Most of the file are pixels; the program around them is at both ends.
        fc.oneof(
          fc.nat({ max: 300 }),
          fc.integer({ min: files[train].length - 200, max: files[train].length - 1 }),
        ),
        fc.integer({ min: 1, max: 255 }),
        async (place, difference) => {
          const spoiled = Uint8Array.from(files[train])
          spoiled[place] ^= difference
          await writeFolder(folder, { [train]: spoiled })
          const count = await openCifar100(folder).then(
            (dataset) => dataset.train.labels.length,
            (error) => {
              expect(error).toBeInstanceOf(InvalidInputError)
              return 3
            },
          )
          expect(count).toBe(3)
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('a hostile pickle of images', () => {
  const uint32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer).toString('latin1')

  /** Sets the state of one array so many times, each with the same text of so many letters. */
  function arrayOf(letters: number, times: number): Uint8Array {
    const type = 'cnumpy\ndtype\nX\x02\x00\x00\x00u1\x85Rq\x010'
    const text = `X${uint32(letters)}${'x'.repeat(letters)}q\x020`
    const array = 'cnumpy.core.multiarray\n_reconstruct\n)R'
    const state = `(K\x01J${uint32(letters)}\x85h\x01\x89h\x02tb`
    return Buffer.from(`\x80\x02${type}${text}${array}${state.repeat(times)}.`, 'latin1')
  }

  it('should be refused where it makes the same bytes again and again', async () => {
    expect(await refusal({ [train]: arrayOf(100_000, 100) })).toContain(
      'an array would take more memory than a file of this size needs',
    )
  })

  it('should be refused for a type that is named by lists of lists of lists', async () => {
    const doubled = `]q\x00${Array.from({ length: 60 }, (_, i) => `0](h${String.fromCharCode(i)}h${String.fromCharCode(i)}eq${String.fromCharCode(i + 1)}`).join('')}`
    const pickle = `\x80\x02${doubled}0cnumpy\ndtype\nh\x3c\x85R.`
    expect(await refusal({ [train]: Buffer.from(pickle, 'latin1') })).toContain(
      'an element type is named by a list',
    )
  })

  it('should be refused where it names every class by one enormous text', async () => {
    const letters = Buffer.concat([
      Buffer.from('B'),
      Buffer.from(Uint32Array.of(60_000).buffer),
      Buffer.alloc(60_000),
    ])
    const list = `](${'h\x00'.repeat(20)}e`
    const meta = Buffer.concat([
      Buffer.from('\x80\x02', 'latin1'),
      letters,
      Buffer.from(`q\x000}(X\x12\x00\x00\x00coarse_label_names${list}u.`, 'latin1'),
    ])
    expect(await refusal({ 'cifar-100-python/meta': meta })).toContain('a name has 60000 letters')
  })
})
