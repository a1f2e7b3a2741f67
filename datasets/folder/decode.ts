import { demand } from '../../base/errors.ts'
import { refusalOf } from '../../base/files/refusal.ts'
import { readBytes } from '../../base/files/regularFile.ts'
import type { DecodedImage } from './image.ts'
import { decodeJpeg } from './jpeg.ts'
import { decodePng } from './png.ts'

const formats = [
  { name: 'opaque 8-bit PNG image', endings: ['png'], signature: '89504e47', decode: decodePng },
  { name: 'grey or RGB JPEG image', endings: ['jpg', 'jpeg'], signature: 'ffd8ff', decode: decodeJpeg },
]

/** Reads an image file; its first bytes say what it is. Throws, naming it, for one that is no image, or a damaged one. */
export async function readImage(path: string): Promise<DecodedImage> {
  const bytes = await readBytes(path)
  const begin = Buffer.from(bytes.subarray(0, 4)).toString('hex')
  const format = formats.find(({ signature }) => begin.startsWith(signature))
  demand(
    format !== undefined,
    () => `${path}: expected a PNG or JPEG image, but it begins with ${begin || 'nothing'}`,
  )
  return format.decode(bytes, refusalOf(path, format.name))
}

/** Whether a file of this name should be an image. */
export function isImageName(name: string): boolean {
  return formats.some(({ endings }) => endings.includes(endingOf(name)))
}

/** What torchvision reads besides. */
const foreignEndings = ['ppm', 'bmp', 'pgm', 'tif', 'tiff', 'webp']

/** Whether a file of this name should be an image of a format that is not read here. */
export function isForeignImageName(name: string): boolean {
  return foreignEndings.includes(endingOf(name))
}

function endingOf(name: string): string {
  return name.split('.').at(-1)!.toLowerCase()
}
