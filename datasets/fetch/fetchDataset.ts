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

/** The archives have two thirds of it. */
const mostBytes = 2 ** 28

export interface FetchDatasetOptions extends Omit<DownloadOptions, 'checksum'> {
  /** Default `binary`. */
  readonly layout?: ArchiveLayout
  /** Where the archive goes. Default `data`. */
  readonly folder?: string
  /** Default: the author's. */
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
  /** What `openDataset` takes as `data`. */
  readonly path: string
  readonly md5: string
  /** Whether it lay there already. */
  readonly wasThere: boolean
}

/**
 * Puts a published archive into a folder, as `download` does, once its MD5 is the published one. Nothing is downloaded
 * where it lies there already; a file of its name that is another one is left alone, and refused.
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
    return `fetch: there is no archive of ${dataset} (${layout}); known are ${known}`
  })
  const { file, md5, url } = archive
  const path = join(folder, file)
  if (existsSync(path)) {
    const actual = await checksumOf(path, 'MD5')
    demand(
      actual === md5,
      () =>
        `${path}: expected no file, or the published one of MD5 ${md5}, but there is one of ${actual}; move it away, or ` +
        'fetch into another folder',
    )
    return { path, md5, wasThere: true }
  }
  await download(url, path, { mostBytes, ...options, checksum: { kind: 'MD5', digits: md5 } })
  return { path, md5, wasThere: false }
}
