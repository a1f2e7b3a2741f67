import { existsSync } from 'node:fs'
import { join } from 'node:path'
import {
  arrayOf,
  check,
  checkOptions,
  objectWith,
  oneOf,
  path as pathRule,
  type Rules,
  text,
} from '../../base/arguments.ts'
import { demand } from '../../base/errors.ts'
import { checksumOf } from '../../base/files/download/checksum.ts'
import { type DownloadOptions, download, downloadRules } from '../../base/files/download/download.ts'
import { type ArchiveLayout, type PublishedArchive, publishedArchives } from './published.ts'

/** Limit of an archive's size; the published ones have two thirds of it. */
const mostBytes = 2 ** 28

export interface FetchDatasetOptions extends Omit<DownloadOptions, 'checksum'> {
  /** Layout of the archive. Default `binary`. */
  readonly layout?: ArchiveLayout
  /** Destination of the archive. Default `data`. */
  readonly folder?: string
  /** Archives to choose from. Default: the author's, `publishedArchives`. */
  readonly archives?: readonly PublishedArchive[]
}

const archiveRule = objectWith('an archive, { dataset, layout, file, url, md5 }', {
  dataset: text,
  layout: text,
  file: pathRule,
  url: text,
  md5: text,
})

const optionRules: Rules<FetchDatasetOptions> = {
  ...downloadRules,
  layout: oneOf(['binary', 'python'] satisfies readonly ArchiveLayout[]),
  folder: pathRule,
  archives: arrayOf(archiveRule),
}

export interface FetchedDataset {
  /** Path to pass to `openDataset` as `data`. */
  readonly path: string
  readonly md5: string
  /** Whether it was there already. */
  readonly wasThere: boolean
}

/**
 * Downloads a published archive into a folder, as `download` does, and keeps it only if it has the published MD5. Downloads
 * nothing if it is there already; throws, leaving the file alone, if another file has its name.
 */
export async function fetchDataset(
  dataset: string,
  options: FetchDatasetOptions = {},
): Promise<FetchedDataset> {
  check('fetchDataset', 'dataset', dataset, text)
  checkOptions('fetchDataset', options, optionRules)
  const { layout = 'binary', folder = 'data', archives = publishedArchives } = options
  const archive = archives.find((known) => known.dataset === dataset && known.layout === layout)
  demand(archive !== undefined, () => {
    const known = archives.map((known) => `${known.dataset} (${known.layout})`).join(', ')
    return `fetch: no archive of ${dataset} (${layout}) is published; expected one of ${known}`
  })
  const { file, md5, url } = archive
  const path = join(folder, file)
  if (existsSync(path)) {
    const actual = await checksumOf(path, 'MD5')
    demand(
      actual === md5,
      () =>
        `${path}: expected no file, or the published one with MD5 ${md5}, but this one has ${actual}; move it away, or ` +
        'fetch into another folder',
    )
    return { path, md5, wasThere: true }
  }
  await download(url, path, { mostBytes, ...options, checksum: { kind: 'MD5', digits: md5 } })
  return { path, md5, wasThere: false }
}
