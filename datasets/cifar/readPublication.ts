import { join } from 'node:path'
import { demand } from '../../base/errors.ts'
import { filesAt, isFolder } from '../files.ts'
import { filesOf, type Layout, type Publication } from './layouts.ts'
import { concatenateRecords, type LabelField, type Records } from './records.ts'

/** Limit of a file's size, nearly twice that of CIFAR's largest file. */
const mostBytes = 2 ** 28
/** Limit of a file of class names, which take about 1,500 bytes. */
const mostBytesOfNames = 2 ** 16

/** The contents of a publication's files. */
export interface Contents {
  readonly train: Records
  readonly test: Records
  /** For each label field, the names of its classes. */
  readonly classNames: readonly string[][]
}

/** Reads each file of a known layout as it arrives, then assembles them in the layout's order. */
export async function readPublication(path: string, publication: Publication): Promise<Contents> {
  const { layouts, fields } = publication
  const records = new Map<string, Records>()
  const classNames = new Map<LabelField, string[]>()
  const seen: string[] = []

  for await (const file of filesAt(await innerFolder(path, publication))) {
    const layout = layouts.find((layout) => filesOf(layout).includes(file.name))
    const isNames = layout?.namesFiles.includes(file.name)
    if (layout) {
      demand(!seen.includes(file.name), () => `${file.location}: expected one file of this name, got two`)
      const most = isNames ? mostBytesOfNames : mostBytes
      demand(file.size <= most, () => `${file.location}: expected at most ${most} bytes, got ${file.size}`)
    }
    seen.push(file.name)
    if (layout && isNames) {
      for (const [field, names] of await layout.readNames(file, fields)) classNames.set(field, names)
    } else if (layout) records.set(file.name, await layout.readRecords(file, fields))
  }

  const { trainFiles, testFiles } = completeLayout(path, publication, seen)
  const together = (names: readonly string[]) => concatenateRecords(names.map((name) => records.get(name)!))
  return {
    train: together(trainFiles),
    test: together(testFiles),
    classNames: fields.map((field) => classNames.get(field)!),
  }
}

/** Returns the folder that was unpacked from an archive if the path is its parent; otherwise the path itself. */
export async function innerFolder(path: string, { layouts }: Publication): Promise<string> {
  for (const { folder } of layouts) {
    const inner = join(path, folder)
    if (await isFolder(inner)) return inner
  }
  return path
}

function completeLayout(path: string, { name, layouts }: Publication, seen: readonly string[]): Layout {
  const missingOf = (layout: Layout) => filesOf(layout).filter((file) => !seen.includes(file))
  const [nearest] = layouts.toSorted((a, b) => missingOf(a).length - missingOf(b).length)
  const missing = missingOf(nearest)
  demand(missing.length === 0, () => {
    const known = layouts.map((layout) => `${layout.title} (${filesOf(layout).join(', ')})`).join(' or ')
    const found = seen.slice(0, 10).join(', ') || 'no files'
    return `${path}: expected ${name} in ${known}, but found no ${missing.join(', ')}; found ${found}`
  })
  return nearest
}
