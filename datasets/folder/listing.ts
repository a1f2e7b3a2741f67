import { realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { demand } from '../../base/errors.ts'
import { found } from '../../base/files/explain.ts'
import { isFolder, namesIn } from '../files.ts'
import { isForeignImageName, isImageName } from './decode.ts'

/** The images of a class, by their paths. */
export interface ClassListing {
  readonly name: string
  readonly images: readonly string[]
}

/**
 * What lies in a folder with a folder for each class, as torchvision's `ImageFolder` finds it: the classes in alphabetical
 * order, and of each the images in its folder and in all folders below, by their endings; folder by folder, their paths in
 * alphabetical order. Links to folders are followed, though not in a circle. Names that begin with a dot are passed over,
 * which torchvision does not; what else is no image is added to `passedOver`. Throws for an image of another format, which
 * torchvision would read: to leave it out would be another data set.
 */
export async function listClasses(path: string, passedOver: string[]): Promise<ClassListing[]> {
  const classes: ClassListing[] = []
  for (const name of await namesIn(path)) {
    const folder = join(path, name)
    if (await isFolder(folder)) classes.push({ name, images: await imagesBelow(folder, passedOver) })
    else passedOver.push(folder)
  }
  return classes
}

async function imagesBelow(folder: string, passedOver: string[]): Promise<string[]> {
  const folders = (await foldersFrom(folder, [])).sort()
  const images: string[] = []
  for (const inside of folders) {
    for (const name of await namesIn(inside)) {
      const path = join(inside, name)
      if (await isFolder(path)) continue
      demand(
        !isForeignImageName(name),
        () =>
          `${path}: expected a PNG or JPEG image; this format is not read here, convert it or move it away`,
      )
      if (isImageName(name)) images.push(path)
      else passedOver.push(path)
    }
  }
  return images
}

/** A folder and all below it, but for those that it lies in itself, to which links may lead back. */
async function foldersFrom(folder: string, outer: readonly string[]): Promise<string[]> {
  const place = await found(folder, realpath(folder))
  if (outer.includes(place)) return []
  const folders = [folder]
  for (const name of await namesIn(folder)) {
    const path = join(folder, name)
    if (await isFolder(path)) folders.push(...(await foldersFrom(path, [...outer, place])))
  }
  return folders
}

/** `passed over 3 files that are no images: …`, with the first few of them; nothing where there are none. */
export function noteOn(passedOver: readonly string[]): string[] {
  const [count, most] = [passedOver.length, 5]
  if (count === 0) return []
  const files = count === 1 ? '1 file that is no image' : `${count} files that are no images`
  return [`passed over ${files}: ${passedOver.slice(0, most).join(', ')}${count > most ? ' …' : ''}`]
}
