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

/** Reads an image file, whose first bytes tell its format. Throws an error that names it if it is damaged or not an image. */
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

/** The other formats that torchvision reads. */
const foreignEndings = ['ppm', 'bmp', 'pgm', 'tif', 'tiff', 'webp']

/** Whether a file of this name should be an image in a format that is not supported here. */
export function isForeignImageName(name: string): boolean {
  return foreignEndings.includes(endingOf(name))
}

function endingOf(name: string): string {
  return name.split('.').at(-1)!.toLowerCase()
}
