import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { decode } from 'fast-png'
import { describe, expect, it } from 'vitest'
import { InvalidInputError } from '../../base/errors.ts'
import { refusalOf } from '../../base/files/refusal.ts'
import { decodePng } from '../../datasets/folder/png.ts'
import { headerOf, type PngImage, pngFile, pngOf, rowsOf, samplesPerPixel } from './pngFiles.ts'

const read = (file: Uint8Array) => decodePng(file, refusalOf('a.png', 'PNG image'))

const depths = { 0: [1, 2, 4, 8], 2: [8], 3: [1, 2, 4, 8], 4: [8], 6: [8] } as const

/** Any image that is opaque, of every kind, depth, filter and size, interlaced or not. */
const anyImage: fc.Arbitrary<PngImage> = fc
  .record({
    type: fc.constantFrom<PngImage['type']>(0, 2, 3, 4, 6),
    depthNumber: fc.nat({ max: 3 }),
    width: fc.integer({ min: 1, max: 18 }),
    height: fc.integer({ min: 1, max: 18 }),
    isInterlaced: fc.boolean(),
    filters: fc.array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 9 }),
    numbers: fc.infiniteStream(fc.nat({ max: 255 })),
  })
  .map(({ type, depthNumber, numbers, ...image }) => {
    const depth = depths[type][depthNumber % depths[type].length]
    const perPixel = samplesPerPixel[type]
    const isAlpha = (i: number) => (type === 4 || type === 6) && i % perPixel === perPixel - 1
    const take = (count: number, of = (value: number, _: number) => value) =>
      Array.from({ length: count }, (_, i) => of(numbers.next().value, i))
    return {
      ...image,
      type,
      depth,
      samples: take(image.width * image.height * perPixel, (value, i) =>
        isAlpha(i) ? 255 : value % 2 ** depth,
      ),
      palette: type === 3 ? take(3 * 2 ** depth) : undefined,
    }
  })

/** What a viewer shows. */
function shown({ type, depth, samples, palette }: PngImage): number[] {
  const values = Array.from(samples)
  if (type === 3) return values.flatMap((index) => Array.from(palette!).slice(3 * index, 3 * index + 3))
  if (type === 4 || type === 6) return values.filter((_, i) => (i + 1) % samplesPerPixel[type] !== 0)
  return values.map((value) => (value * 255) / (2 ** depth - 1))
}

describe('a PNG image', () => {
  it('should be read as it was written, of every kind, depth and filter, interlaced or not', () => {
    fc.assert(
      fc.property(anyImage, (image) => {
        const { width, height, channels, pixels } = read(pngOf(image))
        expect([width, height]).toEqual([image.width, image.height])
        expect(channels).toBe(image.type === 0 || image.type === 4 ? 1 : 3)
        expect(Array.from(pixels)).toEqual(shown(image))
      }),
      { numRuns: 150 },
    )
  })

  it('should be what another decoder makes of it, where that can read it', () => {
    const ofEightBits = anyImage.filter(({ depth, type }) => depth === 8 && (type === 0 || type === 2))
    fc.assert(
      fc.property(ofEightBits, (image) => {
        expect(read(pngOf(image)).pixels).toEqual(decode(pngOf(image), { checkCrc: true }).data)
      }),
      { numRuns: 50 },
    )
  })

  it('should be refused where a pixel is not opaque, and only there', () => {
    const grey = { width: 2, height: 1, depth: 4, type: 0, samples: [3, 9] } as const
    expect([...read(pngOf({ ...grey, transparency: [0, 4] })).pixels]).toEqual([51, 153])
    expect(() => read(pngOf({ ...grey, transparency: [0, 9] }))).toThrow('row 0, column 1 is not opaque')
    const indexed = { ...grey, type: 3, samples: [1, 0], palette: [1, 2, 3, 4, 5, 6] } as const
    expect([...read(pngOf({ ...indexed, transparency: [255] })).pixels]).toEqual([4, 5, 6, 1, 2, 3])
    expect(() => read(pngOf({ ...indexed, transparency: [9] }))).toThrow('row 0, column 1 is not opaque')
    expect(() => read(pngOf({ ...indexed, samples: [1, 2] }))).toThrow(
      'colour 2, but the palette has 2 colours',
    )
    const coloured = { width: 1, height: 2, depth: 8, type: 2, samples: [1, 2, 3, 4, 5, 6] } as const
    expect(read(pngOf({ ...coloured, transparency: [0, 4, 0, 5, 0, 7] })).pixels.length).toBe(6)
    expect(() => read(pngOf({ ...coloured, transparency: [0, 4, 0, 5, 0, 6] }))).toThrow('row 1, column 0')
  })
})

describe('a PNG file that is not what it says', () => {
  const image = { width: 1, height: 1, depth: 8, type: 0, samples: [7] } as const
  const header = ['IHDR', headerOf(image)] as const
  const data = ['IDAT', deflateSync(rowsOf(image))] as const
  const end = ['IEND', new Uint8Array(0)] as const
  const enormous = ['IHDR', headerOf({ ...image, width: 20_000, height: 20_000 })] as const
  const bomb = deflateSync(new Uint8Array(2 ** 26))

  it.each<[string, Parameters<typeof pngFile>[0], string]>([
    ['a second header', [header, enormous, data, end], 'unknown or duplicate IHDR chunk'],
    ['a header that comes late', [data, header, end], 'it begins with a chunk IDAT instead of IHDR'],
    ['a size beyond reason', [enormous, data, end], 'it has 20000×20000 pixels, expected 1 to 4194304'],
    ['data for more', [header, ['IDAT', bomb], end], 'its data unpacks to more than 2 bytes'],
    [
      'data for less',
      [header, ['IDAT', deflateSync(Uint8Array.of(0))], end],
      'unpacks to 1 bytes, expected 2',
    ],
    ['data in two places', [header, data, ['tEXt', bomb], data, end], 'IDAT chunks are not consecutive'],
    ['no data', [header, end], 'it has no IDAT chunk'],
    ['no end', [header, data], 'it ends at byte'],
    ['an unknown filter', [header, ['IDAT', deflateSync(Uint8Array.of(5, 0))], end], 'the unknown filter 5'],
    ['an unknown chunk that matters', [header, ['WHAT', bomb], data, end], 'unknown or duplicate WHAT chunk'],
    [
      'two palettes',
      [header, ['PLTE', new Uint8Array(3)], ['PLTE', new Uint8Array(3)], data, end],
      'duplicate or late PLTE chunk',
    ],
  ])('should be refused: %s', (_, chunks, problem) => {
    expect(() => read(pngFile(chunks))).toThrow(problem)
    expect(() => read(pngFile(chunks))).toThrow(InvalidInputError)
  })

  it('should be read past texts and profiles, which are not unpacked', () => {
    const profile = Buffer.concat([Buffer.from('sRGB\0\0'), bomb])
    expect([...read(pngFile([header, ['iCCP', profile], ['zTXt', profile], data, end])).pixels]).toEqual([7])
  })
})
