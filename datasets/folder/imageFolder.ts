import { join } from 'node:path'
import ndarray from 'ndarray'
import { check, path as pathRule } from '../../base/arguments.ts'
import { demand } from '../../base/errors.ts'
import type { Dataset, Split } from '../dataset.ts'
import { isFolder } from '../files.ts'
import { measure } from '../measure.ts'
import { allocatePixels } from '../pixels.ts'
import { readImage } from './decode.ts'
import type { DecodedImage } from './image.ts'
import { type ClassListing, listClasses, noteOn } from './listing.ts'

/** An image with its path and label. */
interface LabelledImage extends DecodedImage {
  readonly path: string
  readonly label: number
}

/**
 * Opens images in folders, as torchvision's `ImageFolder` does: `train/CLASS/…/*.png` or `.jpg`, and likewise under
 * `test` or, if there is none, `val`. `listClasses` defines which files are images, and their order; `notes` reports
 * skipped files. All images have the same size. If all are grey there is one channel, otherwise three, equal in grey
 * images. Normalisation is measured on the training images; the augmentation is padding by an eighth of the size,
 * random crops, and flips.
 *
 * Throws an error that names the file for an image that is damaged, of another size, of more than 8 bits or not opaque,
 * for a class without training images, and for test images of a class without training images.
 */
export async function openImageFolder(path: string): Promise<Dataset> {
  check('openImageFolder', 'path', path, pathRule)
  const trainPath = join(path, 'train')
  const testPath = join(path, (await isFolder(join(path, 'test'))) ? 'test' : 'val')
  for (const part of [trainPath, testPath]) {
    demand(
      await isFolder(part),
      () =>
        `${path}: expected train/CLASS/*.png or .jpg, and test/CLASS/… or val/CLASS/…; there is no ${part}`,
    )
  }
  const passedOver: string[] = []
  const trainClasses = await listClasses(trainPath, passedOver)
  const testClasses = await listClasses(testPath, passedOver)
  const classNames = trainClasses.map(({ name }) => name)
  demand(classNames.length > 0, () => `${trainPath}: expected a folder per class, but found none`)
  for (const { name, images } of trainClasses)
    demand(images.length > 0, () => `${join(trainPath, name)}: expected images, but found none`)
  for (const { name } of testClasses) {
    demand(
      classNames.includes(name),
      () => `${join(testPath, name)}: expected only classes with training images, but this one has none`,
    )
  }
  const trainImages = await readClasses(trainClasses, classNames)
  const [first] = trainImages
  const testImages = await readClasses(testClasses, classNames, first)
  demand(testImages.length > 0, () => `${testPath}: expected images of the classes, but found none`)

  const isGrey = [...trainImages, ...testImages].every(({ channels }) => channels === 1)
  const train = assemble(trainImages, isGrey ? 1 : 3)
  const normalisation = measure(train.images, 255)
  return {
    name: 'folder',
    classNames,
    train: { name: 'folder training images', ...train, normalisation },
    test: { name: 'folder test images', ...assemble(testImages, isGrey ? 1 : 3), normalisation },
    augmentation: { padding: Math.round(Math.min(first.width, first.height) / 8), flip: true },
    notes: noteOn(passedOver),
  }
}

/** Reads the images class by class; all must have the size of the first. */
async function readClasses(
  classes: readonly ClassListing[],
  classNames: readonly string[],
  first?: LabelledImage,
): Promise<LabelledImage[]> {
  const images: LabelledImage[] = []
  for (const { name, images: paths } of classes) {
    const label = classNames.indexOf(name)
    for (const path of paths) {
      const image = { label, path, ...(await readImage(path)) }
      demandSameSize(image, first ?? images[0] ?? image)
      images.push(image)
    }
  }
  return images
}

function demandSameSize(image: LabelledImage, first: LabelledImage): void {
  const size = ({ width, height }: LabelledImage) => `${width}×${height}`
  demand(
    size(image) === size(first),
    () =>
      `${image.path}: expected an image of ${size(first)} (width × height), as ${first.path}, got ${size(image)}`,
  )
}

/** Copies the images to a split, channel by channel. */
function assemble(images: readonly LabelledImage[], channels: number): Pick<Split, 'images' | 'labels'> {
  const [{ width, height }] = images
  const area = width * height
  const planes = allocatePixels(images.length * channels * area)
  for (const [index, { pixels, channels: stored }] of images.entries()) {
    for (let channel = 0; channel < channels; channel++) {
      const plane = planes.subarray((index * channels + channel) * area)
      const source = stored === 1 ? 0 : channel
      for (let pixel = 0; pixel < area; pixel++) plane[pixel] = pixels[pixel * stored + source]
    }
  }
  return {
    images: ndarray(planes, [images.length, channels, height, width]),
    labels: Int32Array.from(images, ({ label }) => label),
  }
}
