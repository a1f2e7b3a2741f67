import { Command, Option } from 'commander'
import { demand } from '../base/errors.ts'
import {
  type ArchiveLayout,
  datasetInfos,
  datasetNames,
  fetchDataset,
  publishedArchives,
  verifyDataset,
} from '../datasets/index.ts'
import { jsonOption } from './options.ts'
import type { Output } from './output.ts'
import { downloadLines } from './progress/download.ts'
import { writeResult } from './results.ts'
import { verificationText } from './verificationText.ts'

interface Format {
  readonly json?: boolean
}

interface FetchOptions extends Format {
  readonly layout: ArchiveLayout
  readonly out: string
  readonly url?: string
}

interface VerifyOptions extends Format {
  readonly dataset?: string
}

export function dataCommand(output: Output): Command {
  const list = new Command('list')
    .summary('say which data sets there are, and what each needs')
    .addOption(jsonOption())
    .action((options: Format) => listDatasets(options, output))
  const fetch = new Command('fetch')
    .summary('download CIFAR-100 or CIFAR-10')
    .description(
      'Downloads an archive from its author, and keeps it if its MD5 is the published one. Goes on where an earlier ' +
        'download ended; goes through the proxy that HTTPS_PROXY says.',
    )
    .argument('<name>', 'cifar100 or cifar10')
    .addOption(
      new Option('--layout <name>', 'how its files are written')
        .choices(['binary', 'python'])
        .default('binary'),
    )
    .option('--out <folder>', 'where the archive goes', 'data')
    .option('--url <url>', 'where another copy lies')
    .addOption(jsonOption())
    .action((name: string, options: FetchOptions) => fetchArchive(name, options, output))
  const verify = new Command('verify')
    .summary('say what some files are, and whether they are sound')
    .description(
      'Reads a data set to its end: what it is, whether it is the whole one, what its pixels come to, which test images ' +
        'are training images too. Exits with 2 at the first damage, naming the file and the place.',
    )
    .argument('<path>', 'an archive or a folder, as --data takes it')
    .addOption(
      new Option('--dataset <name>', 'what it is, where that is not plain').choices(
        datasetNames.filter(isStored),
      ),
    )
    .addOption(jsonOption())
    .action((path: string, options: VerifyOptions) => verifyPath(path, options, output))
  return new Command('data')
    .summary('list, download and verify data sets')
    .description('The images that networks learn from.')
    .addCommand(list)
    .addCommand(fetch)
    .addCommand(verify)
}

function isStored(name: string): boolean {
  return datasetInfos.some((info) => info.name === name && info.data !== undefined)
}

function listDatasets(options: Format, output: Output): void {
  const blocks = datasetInfos.map(({ name, description, data }) => {
    const needs = data ? [`  --data: ${data.what}`, `  ${data.source}`] : ['  needs no files']
    return [`${name}: ${description}`, ...needs].join('\n')
  })
  writeResult(output, options, { datasets: datasetInfos }, blocks.join('\n'))
}

async function fetchArchive(name: string, options: FetchOptions, output: Output): Promise<void> {
  const { layout, out, url } = options
  const fetched = await fetchDataset(name, {
    layout,
    folder: out,
    archives: publishedArchives.map((archive) => ({ ...archive, url: url ?? archive.url })),
    onProgress: downloadLines(output),
  })
  const there = fetched.wasThere ? ', which was there already' : ''
  writeResult(
    output,
    options,
    fetched,
    `${fetched.path}${there}: of MD5 ${fetched.md5}, as published\nuse it: --dataset ${name} --data ${fetched.path}`,
  )
}

async function verifyPath(path: string, options: VerifyOptions, output: Output): Promise<void> {
  const verification = await verifyDataset(path, options.dataset)
  writeResult(output, options, verification, verificationText(verification))
  const { checksum } = verification
  demand(
    checksum === undefined || checksum.actual === checksum.published,
    () =>
      `${path}: expected the published archive of MD5 ${checksum!.published}, since all its images are there, got one of ` +
      checksum!.actual,
  )
}
