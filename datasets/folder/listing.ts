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
 * Lists the images in a folder with one folder per class, as torchvision's `ImageFolder` does: classes in alphabetical
 * order, with the images (by extension) in their folders and all subfolders; folder by folder, in alphabetical order.
 * Follows links to folders, except cycles. Skips names that begin with a dot, which torchvision does not; adds other
 * files that are not images to `passedOver`. Throws for an image in a format that only torchvision reads, because
 * skipping it would change the data set.
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
          `${path}: expected a PNG or JPEG image; this format is not supported, convert it or move it away`,
      )
      if (isImageName(name)) images.push(path)
      else passedOver.push(path)
    }
  }
  return images
}

/** Returns a folder and all below it, except its own ancestors, to which links may lead back. */
async function foldersFrom(folder: string, outer: readonly string[]): Promise<string[]> {
  const resolved = await found(folder, realpath(folder))
  if (outer.includes(resolved)) return []
  const folders = [folder]
  for (const name of await namesIn(folder)) {
    const path = join(folder, name)
    if (await isFolder(path)) folders.push(...(await foldersFrom(path, [...outer, resolved])))
  }
  return folders
}

/** Returns `skipped 3 files that are not images: …`, with the first few; nothing if there are none. */
export function noteOn(passedOver: readonly string[]): string[] {
  const [count, most] = [passedOver.length, 5]
  if (count === 0) return []
  const files = count === 1 ? '1 file that is not an image' : `${count} files that are not images`
  return [`skipped ${files}: ${passedOver.slice(0, most).join(', ')}${count > most ? ' …' : ''}`]
}
