import ndarray from 'ndarray'
import { anInstance, check } from '../base/arguments.ts'
import { demand } from '../base/errors.ts'
import type { Dataset, Split } from './dataset.ts'
import { allocatePixels } from './pixels.ts'

const size = 8
const pixelsPerImage = size * size
const trainingCount = 1437
const count = 1797

// Measured on the training images.
const normalisation = { scale: 16, mean: [0.3054], std: [0.3755] }

/**
 * Decodes the bytes of the digits' file, `thermograd/datasets/digits.csv.gz`, which a page fetches; `openDigits` reads
 * it in Node. The bytes may already be unpacked, as some servers do. Throws for other bytes, saying what came.
 */
export async function decodeDigits(bytes: Uint8Array<ArrayBuffer>): Promise<Dataset> {
  check('decodeDigits', 'bytes', bytes, anInstance('a Uint8Array', Uint8Array))
  const lines = (await textOf(bytes)).trim().split('\n')
  const rows = lines.map((line) => line.split(',').map(Number))
  const isWhole = rows.length === count && rows.every((row) => row.length === pixelsPerImage + 1)
  demand(
    isWhole && rows.flat().every(Number.isInteger),
    () =>
      `digits: expected ${count} lines of ${pixelsPerImage + 1} integers, got ${bytes.length} bytes ` +
      `that begin with '${lines[0].slice(0, 40)}'`,
  )
  return {
    name: 'digits',
    classNames: Array.from({ length: 10 }, (_, digit) => `${digit}`),
    train: split('digits training images', rows.slice(0, trainingCount)),
    test: split('digits test images', rows.slice(trainingCount)),
    augmentation: { padding: 1, flip: false },
  }
}

async function textOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b
  const { body } = new Response(bytes)
  return new Response(isPacked ? body!.pipeThrough(new DecompressionStream('gzip')) : body).text()
}

function split(name: string, rows: number[][]): Split {
  const pixels = allocatePixels(rows.length * pixelsPerImage)
  pixels.set(rows.flatMap((row) => row.slice(0, pixelsPerImage)))
  return {
    name,
    images: ndarray(pixels, [rows.length, 1, size, size]),
    labels: Int32Array.from(rows, (row) => row[pixelsPerImage]),
    normalisation,
  }
}
