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
import { datasetInfo } from '../datasets/open.ts'
import { jsonOption, type ModuleOptions, moduleOption, openCatalogue } from './options.ts'
import type { Output } from './output.ts'
import { downloadLines } from './progress/download.ts'
import { writeResult } from './results.ts'
import { verificationText } from './verificationText.ts'

interface Format {
  readonly json?: boolean | undefined
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
    .summary('list the data sets and the files that each needs')
    .description('Lists the data sets and the files that each needs.')
    .addOption(moduleOption())
    .addOption(jsonOption())
    .action((options: Format & ModuleOptions) => listDatasets(options, output))
  const fetch = new Command('fetch')
    .summary('download CIFAR-100 or CIFAR-10')
    .description(
      "Downloads an archive from its author's site and keeps it if its MD5 matches the published one. Resumes an " +
        'interrupted download, and uses the proxy in HTTPS_PROXY.',
    )
    .argument('<name>', 'cifar100 or cifar10')
    .addOption(
      new Option('--layout <name>', 'file layout inside the archive')
        .choices(['binary', 'python'])
        .default('binary'),
    )
    .option('--out <folder>', 'folder for the archive', 'data')
    .option('--url <url>', 'URL of a mirror')
    .addOption(jsonOption())
    .action((name: string, options: FetchOptions) => fetchArchive(name, options, output))
  const verify = new Command('verify')
    .summary('identify the files of a data set and check them')
    .description(
      'Reads a whole data set and reports which one it is, whether it is complete, the mean and standard deviation of ' +
        'its pixels, and test images that also occur in the training set. Exits with 2 at the first damage, naming the ' +
        'file and the offset.',
    )
    .argument('<path>', 'archive or folder, as for --data')
    .addOption(
      new Option('--dataset <name>', 'which data set it is, if that is ambiguous').choices(
        datasetNames.filter(isStored),
      ),
    )
    .addOption(jsonOption())
    .action((path: string, options: VerifyOptions) => verifyPath(path, options, output))
  return new Command('data')
    .summary('list, download and verify data sets')
    .description('Lists, downloads and verifies data sets.')
    .addCommand(list)
    .addCommand(fetch)
    .addCommand(verify)
}

function isStored(name: string): boolean {
  return datasetInfos.some((info) => info.name === name && info.data !== undefined)
}

async function listDatasets(options: Format & ModuleOptions, output: Output): Promise<void> {
  const infos = (await openCatalogue(options)).datasets.definitions.map(datasetInfo)
  const blocks = infos.map(({ name, description, data }) => {
    const needs = data ? [`  --data: ${data.what}`, `  ${data.source}`] : ['  needs no files']
    return [`${name}: ${description}`, ...needs].join('\n')
  })
  writeResult(output, options, { datasets: infos }, blocks.join('\n'))
}

async function fetchArchive(name: string, options: FetchOptions, output: Output): Promise<void> {
  const { layout, out, url } = options
  const fetched = await fetchDataset(name, {
    layout,
    folder: out,
    archives: publishedArchives.map((archive) => ({ ...archive, url: url ?? archive.url })),
    onProgress: downloadLines(output),
  })
  const there = fetched.wasThere ? ' (already there)' : ''
  writeResult(
    output,
    options,
    fetched,
    `${fetched.path}${there}: MD5 ${fetched.md5}, as published\nuse it with: --dataset ${name} --data ${fetched.path}`,
  )
}

async function verifyPath(path: string, options: VerifyOptions, output: Output): Promise<void> {
  const verification = await verifyDataset(path, options.dataset)
  writeResult(output, options, verification, verificationText(verification))
  const { checksum } = verification
  demand(
    checksum === undefined || checksum.actual === checksum.published,
    () =>
      `${path}: expected the MD5 of the published archive, ${checksum!.published}, since all images are there, got ` +
      checksum!.actual,
  )
}
