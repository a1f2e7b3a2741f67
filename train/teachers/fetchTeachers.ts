import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import {
  arrayOf,
  check,
  checkOptions,
  objectWith,
  path as pathRule,
  type Rules,
  text,
} from '../../base/arguments.ts'
import { demand } from '../../base/errors.ts'
import { type DownloadOptions, download, downloadRules } from '../../base/files/download/download.ts'
import { chunksIn } from '../../base/files/regularFile.ts'
import { filesInTar } from '../../base/files/tar.ts'
import { createModel, readStored, stateDictOf, writeWeightFile } from '../../nn/index.ts'
import { fitWeights } from '../loop/weights.ts'
import { fetchedFile, findTeacher } from './folder.ts'
import { mdistillerTeachers, type PublishedTeacher, type PublishedTeachers } from './published.ts'

export interface FetchOptions extends Omit<DownloadOptions, 'checksum'> {
  /** Expected SHA-256 of the archive, in hexadecimal digits. Default: any. */
  readonly sha256?: string | undefined
  /** Names of the teachers' networks. Default: all. */
  readonly models?: readonly string[] | undefined
  /** Default: mdistiller's. */
  readonly published?: PublishedTeachers
}

const optionRules: Rules<FetchOptions> = {
  ...downloadRules,
  sha256: text,
  models: arrayOf(text),
  published: objectWith('published teachers, { dataset, url, teachers }', {
    dataset: text,
    url: text,
    teachers: arrayOf(objectWith('a teacher, { model, file }', { model: text, file: pathRule })),
  }),
}

export interface FetchedTeachers {
  /** The file of each requested teacher. */
  readonly files: Readonly<Record<string, string>>
  /** SHA-256 of the archive; `undefined` if every teacher had already been downloaded. */
  readonly sha256: string | undefined
}

/**
 * Downloads published teachers to a folder, each as DATASET_MODEL.safetensors after checking that it fits its network. The
 * archive is fetched with `download` and removed at the end. Nothing is downloaded if all teachers are already there.
 */
export async function fetchTeachers(folder: string, options: FetchOptions = {}): Promise<FetchedTeachers> {
  check('fetchTeachers', 'folder', folder, pathRule)
  checkOptions('fetchTeachers', options, optionRules)
  const { published = mdistillerTeachers } = options
  const teachers = chosen(published, options.models)
  const found = () =>
    teachers.map(({ model }) => [model, findTeacher(folder, { ...published, model })] as const)
  const missing = teachers.filter((_, i) => found()[i][1] === undefined)
  const sha256 = missing.length > 0 ? await fetchInto(folder, missing, published, options) : undefined
  return { files: Object.fromEntries(found().map(([model, file]) => [model, file!])), sha256 }
}

function chosen({ teachers }: PublishedTeachers, models?: readonly string[]): readonly PublishedTeacher[] {
  const names = teachers.map(({ model }) => model)
  const unknown = models?.filter((model) => !names.includes(model)) ?? []
  demand(
    unknown.length === 0,
    () =>
      `teachers: ${unknown.join(', ')} ${unknown.length === 1 ? 'is' : 'are'} not published; expected some of ${names.join(', ')}`,
  )
  return teachers.filter(({ model }) => models?.includes(model) ?? true)
}

async function fetchInto(
  folder: string,
  teachers: readonly PublishedTeacher[],
  { url, dataset }: PublishedTeachers,
  { sha256: digits, ...options }: FetchOptions,
): Promise<string> {
  const archive = join(folder, 'teachers.tar')
  const checksum = digits === undefined ? undefined : ({ kind: 'SHA-256', digits } as const)
  const sha256 = await download(url, archive, { ...options, checksum })
  const unpacked = new Set<PublishedTeacher>()
  const damaged = `${archive}: expected a tar archive of teachers, but this one is damaged or of another kind`
  for await (const { path, chunks } of filesInTar(chunksIn(archive), damaged)) {
    const teacher = teachers.find(({ file }) => path.replace(/^\.\//, '') === file)
    if (teacher === undefined) continue
    unpacked.add(teacher)
    await keep(await buffer(chunks), teacher, join(folder, fetchedFile({ dataset, ...teacher })))
  }
  const absent = teachers.filter((teacher) => !unpacked.has(teacher)).map(({ file }) => file)
  demand(
    absent.length === 0,
    () => `${url}: expected an archive that contains ${absent.join(', ')}, but it does not`,
  )
  await rm(archive)
  return sha256
}

/** Saves weights if they fit the network; otherwise throws an error that names every difference. */
async function keep(bytes: Uint8Array, { model, file }: PublishedTeacher, path: string): Promise<void> {
  const stored = readStored(bytes, file)
  fitWeights(createModel(model), stateDictOf(stored, file), file)
  await writeWeightFile(path, stored)
}
