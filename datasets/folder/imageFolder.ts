import { join } from 'node:path'
import ndarray from 'ndarray'
import { demand } from '../../engine/errors.ts'
import type { Dataset, Split } from '../dataset.ts'
import { isFolder, namesIn } from '../files.ts'
import { measure } from '../measure.ts'
import { allocatePixels } from '../pixels.ts'
import { isImageName, readImage } from './decode.ts'
import type { DecodedImage } from './image.ts'

/** An image, where it lies and what it shows. */
interface LabelledImage extends DecodedImage {
  readonly path: string
  readonly label: number
}

/**
 * Images in folders, as torchvision's `ImageFolder` has them: `train/CLASS/*.png` or `.jpg`, and likewise under `test`
 * or, where there is none, `val`. Classes and images come in alphabetical order; names that begin with a dot are passed
 * over. All images are of one size. If all are grey there is one channel, else three, alike in grey images. They are
 * normalised by what is measured on the training images; the recipe draws crops from an eighth of padding, and flips.
 *
 * Throws, naming the file, for what is no image, damaged, of another size, of more than 8 bits or not opaque, for a
 * class without training images, and for test images of a class that is not trained.
 */
export async function openImageFolder(path: string): Promise<Dataset> {
  const trainPath = join(path, 'train')
  const testPath = join(path, (await isFolder(join(path, 'test'))) ? 'test' : 'val')
  for (const part of [trainPath, testPath]) {
    demand(
      await isFolder(part),
      () =>
        `${path}: expected train/CLASS/*.png or .jpg, and test/CLASS/… or val/CLASS/…; there is no ${part}`,
    )
  }
  const classNames = await namesIn(trainPath)
  demand(classNames.length > 0, () => `${trainPath}: expected a folder for each class, but it is empty`)
  const trainImages = await readClasses(trainPath, classNames, undefined)
  const missing = classNames.find((_, label) => trainImages.every((image) => image.label !== label))
  demand(missing === undefined, () => `${join(trainPath, missing!)}: expected images, but there are none`)
  const [first] = trainImages
  const testImages = await readClasses(testPath, classNames, first)
  demand(testImages.length > 0, () => `${testPath}: expected images of the classes, but there are none`)

  const isGrey = [...trainImages, ...testImages].every(({ channels }) => channels === 1)
  const train = assemble(trainImages, isGrey ? 1 : 3)
  const normalisation = measure(train.images, 255)
  return {
    name: 'folder',
    classNames,
    train: { name: 'folder training images', ...train, normalisation },
    test: { name: 'folder test images', ...assemble(testImages, isGrey ? 1 : 3), normalisation },
    augmentation: { padding: Math.round(Math.min(first.width, first.height) / 8), flip: true },
  }
}

/** The images of the classes that are there, class by class, all as large as the first. */
async function readClasses(
  path: string,
  classNames: readonly string[],
  first: LabelledImage | undefined,
): Promise<LabelledImage[]> {
  const images: LabelledImage[] = []
  for (const name of await namesIn(path)) {
    const folder = join(path, name)
    const label = classNames.indexOf(name)
    demand(label >= 0, () => `${folder}: expected a class that has training images, but there are none of it`)
    demand(
      await isFolder(folder),
      () => `${folder}: expected a folder with the images of a class, got a file`,
    )
    for (const file of await namesIn(folder)) {
      const image = { label, path: join(folder, file), ...(await readNamedImage(join(folder, file))) }
      demandSameSize(image, first ?? images[0] ?? image)
      images.push(image)
    }
  }
  return images
}

async function readNamedImage(path: string): Promise<DecodedImage> {
  demand(isImageName(path), () => `${path}: expected an image, named .png, .jpg or .jpeg`)
  return readImage(path)
}

function demandSameSize(image: LabelledImage, first: LabelledImage): void {
  const size = ({ width, height }: LabelledImage) => `${width}×${height}`
  demand(
    size(image) === size(first),
    () =>
      `${image.path}: expected an image of ${size(first)} (width × height), as ${first.path} is, got ${size(image)}`,
  )
}

/** The images one after the other, channel by channel. */
function assemble(images: readonly LabelledImage[], channels: number): Pick<Split, 'images' | 'labels'> {
  const [{ width, height }] = images
  const area = width * height
  const planes = allocatePixels(images.length * channels * area)
  for (const [index, { pixels, channels: stored }] of images.entries()) {
    for (let channel = 0; channel < channels; channel++) {
      const plane = planes.subarray((index * channels + channel) * area)
      const place = stored === 1 ? 0 : channel
      for (let pixel = 0; pixel < area; pixel++) plane[pixel] = pixels[pixel * stored + place]
    }
  }
  return {
    images: ndarray(planes, [images.length, channels, height, width]),
    labels: Int32Array.from(images, ({ label }) => label),
  }
}
