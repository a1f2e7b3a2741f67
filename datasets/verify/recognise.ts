import { join } from 'node:path'
import { InvalidInputError } from '../../base/errors.ts'
import { cifar10, cifar100, filesOf, type Layout } from '../cifar/layouts.ts'
import { innerFolder } from '../cifar/readPublication.ts'
import { filesAt, isFolder } from '../files.ts'
import { isIdxFolder } from '../idx/mnist.ts'
import type { DatasetName } from '../open.ts'

/** The kind of files at a path. */
export interface Recognised {
  /** The data sets with such files. */
  readonly datasets: readonly DatasetName[]
  /** Name of such files in messages. */
  readonly title: string
  readonly layout?: Layout
}

const publications = [cifar100, cifar10]

/** Recognises a file or folder by the names of the files in it. Throws if no data set has such files. */
export async function recognise(path: string): Promise<Recognised> {
  if (path.endsWith('.bin')) return { datasets: ['cifar10'], title: 'a file of the official binary layout' }
  for (const publication of publications) {
    const inner = await innerFolder(path, publication)
    if (inner !== path) return recognise(inner)
  }
  const names: string[] = []
  for await (const { name: file } of filesAt(path)) {
    for (const { name, layouts } of publications) {
      const layout = layouts.find((layout) => filesOf(layout).includes(file))
      if (layout) return { datasets: [name], title: layout.title, layout }
    }
    names.push(file)
  }
  if (isIdxFolder(names)) return { datasets: ['fashion-mnist', 'mnist'], title: 'IDX files' }
  if (await isFolder(join(path, 'train'))) return { datasets: ['folder'], title: 'folders of images' }
  throw new InvalidInputError(
    `${path}: expected CIFAR's archive or folder, a folder of IDX files, or one with train/CLASS/…; found ` +
      (names.slice(0, 10).join(', ') || 'no files'),
  )
}
