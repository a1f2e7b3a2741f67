import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { encode } from 'fast-png'
import { describe, expect, it } from 'vitest'
import { InvalidInputError } from '../../base/errors.ts'
import { Loader, openDataset, type Split } from '../../datasets/index.ts'
import { temporaryFolder } from '../train/temporaryFolder.ts'
import { type Files, writeFolder } from './cifarArchives.ts'
import jpegs from './fixtures/jpegs.json' with { type: 'json' }
import { headerOf, pngFile } from './pngFiles.ts'
import { refusalOf } from './refusal.ts'

/** A PNG file of 4×3 pixels: value p of row-major (row, column, channel) is (p + shift) mod 256. */
function png(shift: number, { width = 4, height = 3, channels = 1, depth = 8 } = {}): Uint8Array {
  const length = width * height * channels
  const values = Array.from({ length }, (_, place) => (place + shift) % 256)
  const data = depth === 16 ? Uint16Array.from(values) : Uint8Array.from(values)
  return encode({ width, height, channels, depth: depth as 8 | 16, data })
}

/** Three training images of two classes, one test image. */
function smallSet(): Files {
  return {
    'train/bee/2.png': png(30),
    'train/ant/b.PNG': png(20),
    'train/ant/a.png': png(10),
    'test/bee/1.png': png(200),
  }
}

const folderOf = async (files: Files) => writeFolder(await temporaryFolder(), files)

const open = (data: string) => openDataset('folder', { data })

/** What is refused when these files are added, or put instead of others. */
const refusal = (changes: Files) => refusalOf(open, { ...smallSet(), ...changes })

describe('a folder of images', () => {
  it('should be read class by class, file by file, in alphabetical order', async () => {
    const { train, test, classNames, augmentation } = await open(await folderOf(smallSet()))
    expect(classNames).toEqual(['ant', 'bee'])
    expect(train.images.shape).toEqual([3, 1, 3, 4])
    expect([...train.labels, ...test.labels]).toEqual([0, 0, 1, 1])
    expect([0, 1, 2].map((index) => train.images.get(index, 0, 0, 0))).toEqual([10, 20, 30])
    expect(test.images.get(0, 0, 2, 3)).toBe(211)
    expect(augmentation).toEqual({ padding: 0, flip: true })
  })

  it('should take val for test where there is no test, and pass over hidden files', async () => {
    const { 'test/bee/1.png': image, ...others } = smallSet()
    const folder = await folderOf({
      ...others,
      'val/bee/1.png': image,
      'train/ant/.DS_Store': 'x',
      '.git/a': '',
    })
    const { test, train } = await open(folder)
    expect([train.labels.length, test.labels.length]).toEqual([3, 1])
  })

  it('should be normalised by what is measured on the training images', async () => {
    const { train } = await open(await folderOf({ ...smallSet(), 'test/ant/1.png': png(0) }))
    const [{ images }] = new Loader(train, { batchSize: 3 }).epoch(0)
    const mean = images.data.reduce((sum, value) => sum + value, 0) / images.size
    const square = images.data.reduce((sum, value) => sum + value ** 2, 0) / images.size
    expect(mean).toBeCloseTo(0, 5)
    expect(square).toBeCloseTo(1, 5)
  })

  it('should be normalised to zeros where all pixels are equal', async () => {
    const equal = encode({ width: 2, height: 2, channels: 1, data: new Uint8Array(4).fill(9) })
    const folder = await folderOf({ 'train/a/1.png': equal, 'test/a/1.png': equal })
    const [{ images }] = new Loader((await open(folder)).train, { batchSize: 1 }).epoch(0)
    expect([...images.data]).toEqual([0, 0, 0, 0])
  })

  it('should have three channels where any image has: planes of red, green and blue', async () => {
    const folder = await folderOf({ ...smallSet(), 'test/ant/1.png': png(0, { channels: 3 }) })
    const { train, test } = await open(folder)
    expect(train.images.shape).toEqual([3, 3, 3, 4])
    expect([0, 1, 2].map((channel) => train.images.get(0, channel, 1, 2))).toEqual([16, 16, 16])
    expect([0, 1, 2].map((channel) => test.images.get(0, channel, 1, 2))).toEqual([18, 19, 20])
  })

  it('should drop an alpha channel that says nothing', async () => {
    const data = Uint8Array.from({ length: 48 }, (_, place) => (place % 4 === 3 ? 255 : place))
    const opaque = encode({ width: 4, height: 3, channels: 4, data })
    const { test } = await open(await folderOf({ ...smallSet(), 'test/bee/1.png': opaque }))
    expect(test.images.shape[1]).toBe(3)
    expect([0, 1, 2].map((channel) => test.images.get(0, channel, 2, 3))).toEqual([44, 45, 46])
  })

  it('should unfold palettes and few bits', async () => {
    const palette = [
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
      [10, 11, 12],
    ]
    const data = Uint8Array.from([0b00011011, 0b11100100, 0b00000000])
    const file = encode({ width: 4, height: 3, channels: 1, depth: 2, data, palette })
    const { test } = await open(await folderOf({ ...smallSet(), 'test/bee/1.png': file }))
    expect([0, 1, 2, 3].map((column) => test.images.get(0, 1, 0, column))).toEqual([2, 5, 8, 11])
    const grey = encode({ width: 4, height: 3, channels: 1, depth: 2, data })
    const { test: ofGrey } = await open(await folderOf({ ...smallSet(), 'test/bee/1.png': grey }))
    expect([0, 1, 2, 3].map((column) => ofGrey.images.get(0, 0, 0, column))).toEqual([0, 85, 170, 255])
  })
})

describe('a folder with more than images', () => {
  it('should be read as torchvision does: by endings, through subfolders, in the order of their paths', async () => {
    const folder = await folderOf({
      ...smallSet(),
      'train/ant/z/1.png': png(70),
      'train/ant/c.jpeg/x/2.PNG': png(60),
      'train/ant/c.png': png(50),
      'train/README.png': 'beside the classes',
    })
    await symlink(join(folder, 'train/bee'), join(folder, 'train/ant/y'))
    await symlink('..', join(folder, 'train/ant/z/around'))
    const { train } = await open(folder)
    const first = Array.from({ length: 7 }, (_, index) => train.images.get(index, 0, 0, 0))
    expect(first).toEqual([10, 20, 50, 60, 30, 70, 30])
    expect([...train.labels]).toEqual([0, 0, 0, 0, 0, 0, 1])
  })

  it('should say once what it passed over', async () => {
    const others = ['Thumbs.db', 'desktop.ini', 'README', 'notes/a.txt', 'a.png.bak']
    const files = Object.fromEntries(others.map((name) => [`train/ant/${name}`, 'x']))
    const folder = await folderOf({ ...smallSet(), ...files, 'test/list.csv': 'x' })
    const inside = (name: string) => join(folder, name)
    const first = ['README', 'Thumbs.db', 'a.png.bak', 'desktop.ini', 'notes/a.txt'].map((name) =>
      inside(`train/ant/${name}`),
    )
    expect((await open(folder)).notes).toEqual([`skipped 6 files that are not images: ${first.join(', ')} …`])
    expect((await open(await folderOf(smallSet()))).notes).toEqual([])
  })
})

describe('a JPEG image', () => {
  it.each(['grey', 'rgb', 'progressive', 'withoutSubsampling', 'withMetadata'] as const)(
    'should have the pixels that Pillow decodes: %s',
    async (name) => {
      const { jpeg, shape, pixels } = jpegs[name]
      const image = Buffer.from(jpeg, 'base64')
      const { train } = await open(await folderOf({ 'train/a/1.jpg': image, 'val/a/2.JPEG': image }))
      const [height, width, channels = 1] = shape
      expect(train.images.shape).toEqual([1, channels, height, width])
      const expected = Buffer.from(pixels, 'base64')
      expect(interleaved(train)).toEqual([...expected])
    },
  )

  it('should be refused if it has four colours', async () => {
    const { folder, message } = await refusal({ 'train/ant/a.png': Buffer.from(jpegs.cmyk.jpeg, 'base64') })
    expect(message).toBe(
      `${folder}/train/ant/a.png: not a valid grey or RGB JPEG image: it has 4 channels, expected 1 or 3`,
    )
  })
})

/** The first image, row by row, pixel by pixel. */
function interleaved({ images }: Split): number[] {
  const [, channels, height, width] = images.shape
  return Array.from({ length: height * width * channels }, (_, place) =>
    images.get(
      0,
      place % channels,
      Math.floor(place / channels / width),
      Math.floor(place / channels) % width,
    ),
  )
}

describe('what is refused, by its name', () => {
  it.each<[string, Files, string]>([
    [
      'another size',
      { 'train/bee/2.png': png(0, { width: 5 }) },
      'train/bee/2.png: expected an image of 4×3 (width × height), as FOLDER/train/ant/a.png, got 5×3',
    ],
    [
      'another size of a test image',
      { 'test/ant/2.png': png(0, { height: 9 }) },
      'test/ant/2.png: expected an image of 4×3 (width × height), as FOLDER/train/ant/a.png, got 4×9',
    ],
    [
      '16 bits',
      { 'train/ant/a.png': png(0, { depth: 16 }) },
      'train/ant/a.png: not a valid opaque 8-bit PNG image: it has 16 bits per channel',
    ],
    [
      'transparent pixels',
      { 'test/bee/1.png': png(5, { channels: 4 }) },
      'test/bee/1.png: not a valid opaque 8-bit PNG image: its pixel in row 0, column 0 is not opaque',
    ],
    [
      'an image of another format',
      { 'test/bee/2.webp': 'x' },
      'test/bee/2.webp: expected a PNG or JPEG image; this format is not supported, convert it or move it away',
    ],
    [
      'what is no image',
      { 'test/bee/1.png': 'GIF89a' },
      'test/bee/1.png: expected a PNG or JPEG image, but it begins with 47494638',
    ],
    [
      'an empty file',
      { 'test/bee/1.png': '' },
      'test/bee/1.png: expected a PNG or JPEG image, but it begins with nothing',
    ],
    [
      'a class that is not trained',
      { 'test/cat/1.png': png(0) },
      'test/cat: expected only classes with training images, but this one has none',
    ],
    ['a class without images', { 'train/cat/.keep': '' }, 'train/cat: expected images, but found none'],
  ])('should be %s', async (_, changes, expected) => {
    const { folder, message } = await refusal(changes)
    expect(message).toBe(`${folder}/${expected.replaceAll('FOLDER', folder)}`)
  })

  it('should be an image that says to be enormous, before room is made for it', async () => {
    const header = headerOf({ width: 2 ** 31 - 1, height: 3, depth: 8, type: 0 })
    const enormous = pngFile([
      ['IHDR', header],
      ['IDAT', new Uint8Array(9)],
      ['IEND', new Uint8Array(0)],
    ])
    const { message } = await refusal({ 'train/ant/a.png': enormous })
    expect(message).toContain(
      'a.png: not a valid opaque 8-bit PNG image: it has 2147483647×3 pixels, expected 1 to',
    )
  })

  it('should be a folder without the two parts', async () => {
    const folder = await temporaryFolder()
    await expect(open(folder)).rejects.toThrow(
      `${folder}: expected train/CLASS/*.png or .jpg, and test/CLASS/… or val/CLASS/…; there is no ${folder}/train`,
    )
    await mkdir(join(folder, 'train'))
    await expect(open(folder)).rejects.toThrow(`there is no ${folder}/val`)
    await mkdir(join(folder, 'val'))
    await expect(open(folder)).rejects.toThrow(`${folder}/train: expected a folder per class, but found none`)
    await mkdir(join(folder, 'train', 'a'))
    await expect(open(folder)).rejects.toThrow(`${folder}/train/a: expected images, but found none`)
  })
})

describe('damage', () => {
  const whole = { png: png(7, { channels: 3, width: 9 }), jpeg: Buffer.from(jpegs.rgb.jpeg, 'base64') }

  /** Reads the file as an image of a folder: true if it was read, false if it was refused. */
  async function reads(file: Uint8Array, folder: string): Promise<boolean> {
    const path = join(folder, 'train/a/1.png')
    await writeFile(path, file)
    try {
      const { train } = await open(folder)
      expect(train.labels.length).toBe(1)
      return true
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidInputError)
      expect((error as Error).message.startsWith(`${path}: `)).toBe(true)
      return false
    }
  }

  it.each(['png', 'jpeg'] as const)('should be found wherever a file ends too early: %s', async (kind) => {
    const file = whole[kind]
    const folder = await folderOf({ 'train/a/1.png': file, 'val/a/1.png': file })
    for (let length = 0; length < file.length - 2; length += 5) {
      expect(await reads(file.subarray(0, length), folder)).toBe(false)
    }
    expect(await reads(file, folder)).toBe(true)
  })

  it('should be found, or do no harm, where a byte of a JPEG file is another one', async () => {
    const folder = await folderOf({ 'train/a/1.png': whole.jpeg, 'val/a/1.png': whole.jpeg })
    const property = fc.asyncProperty(
      fc.nat({ max: whole.jpeg.length - 1 }),
      fc.integer({ min: 1, max: 255 }),
      async (place, difference) => {
        const spoiled = Uint8Array.from(whole.jpeg)
        spoiled[place] ^= difference
        await reads(spoiled, folder)
      },
    )
    await fc.assert(property, { numRuns: 50 })
  })

  it('should be found wherever a byte of a PNG file is another one', async () => {
    const folder = await folderOf({ 'train/a/1.png': whole.png, 'val/a/1.png': whole.png })
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: whole.png.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (place, difference) => {
          const spoiled = Uint8Array.from(whole.png)
          spoiled[place] ^= difference
          expect(await reads(spoiled, folder)).toBe(false)
        },
      ),
    )
  })
})
