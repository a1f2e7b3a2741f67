import Table from 'cli-table3'
import { Command, Option } from 'commander'
import {
  fetchTeachers,
  findTeacher,
  mdistillerTeachers,
  type TeacherName,
  teacherFile,
} from '../train/index.ts'
import { jsonOption } from './options.ts'
import type { Output } from './output.ts'
import { downloadLines } from './progress/download.ts'
import { writeResult } from './results.ts'

interface Options {
  readonly teachers: string
  readonly json?: boolean | undefined
}

interface FetchOptions extends Options {
  readonly url: string
  readonly sha256?: string | undefined
}

/** The option that names a folder of trained teachers. */
export function teachersOption(): Option {
  return new Option(
    '--teachers <folder>',
    "folder of teachers: DATASET_MODEL.safetensors or .pth, or mdistiller's folder layout",
  ).env('THERMOGRAD_TEACHERS')
}

/** The weight file of a teacher; throws if there is a folder of teachers and it lacks this one. */
export function weightsIn(folder: string | undefined, teacher: TeacherName): string | undefined {
  return folder === undefined ? undefined : teacherFile(folder, teacher)
}

export function teachersCommand(output: Output): Command {
  const list = new Command('list')
    .summary('list the published teachers, and which have been downloaded')
    .description('Lists the published teachers, and which have been downloaded.')
    .addOption(teachersOption().default('teachers'))
    .addOption(jsonOption())
    .action((options: Options) => listTeachers(options, output))
  const fetch = new Command('fetch')
    .summary('download published teachers')
    .description(
      "Downloads mdistiller's teachers for CIFAR-100, checks that they fit their networks, and saves the requested ones " +
        'as safetensors. Resumes an interrupted download, and uses the proxy in HTTPS_PROXY.',
    )
    .argument('[models...]', 'networks to keep (default: all)')
    .addOption(teachersOption().default('teachers'))
    .option('--url <url>', 'URL of the archive', mdistillerTeachers.url)
    .option('--sha256 <digits>', 'expected SHA-256 of the archive; none has been published')
    .addOption(jsonOption())
    .action((models: string[], options: FetchOptions) => fetchModels(models, options, output))
  return new Command('teachers')
    .summary('list and download published teachers')
    .description('Lists and downloads trained teachers that others have published.')
    .addCommand(list)
    .addCommand(fetch)
}

function listTeachers(options: Options, output: Output): void {
  const { dataset, teachers } = mdistillerTeachers
  const rows = teachers.map(({ model, top1 }) => ({
    dataset,
    model,
    top1,
    file: findTeacher(options.teachers, { dataset, model }),
  }))
  const table = new Table({
    head: ['data set', 'network', 'published top-1', 'file'],
    colAligns: ['left', 'left', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  })
  for (const { model, top1, file } of rows)
    table.push([dataset, model, `${top1.toFixed(2)} %`, file ?? 'not downloaded'])
  writeResult(output, options, { folder: options.teachers, teachers: rows }, table.toString())
}

async function fetchModels(models: string[], options: FetchOptions, output: Output): Promise<void> {
  const { teachers: folder, url, sha256 } = options
  const { files, sha256: actual } = await fetchTeachers(folder, {
    models: models.length > 0 ? models : undefined,
    published: { ...mdistillerTeachers, url },
    sha256,
    onProgress: downloadLines(output),
  })
  const lines = [
    ...Object.values(files),
    ...(actual === undefined
      ? ['all of them had already been downloaded']
      : [`SHA-256 of the archive: ${actual}`]),
  ]
  writeResult(output, options, { files, sha256: actual }, lines.join('\n'))
}
