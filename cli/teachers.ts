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
  readonly json?: boolean
}

interface FetchOptions extends Options {
  readonly url: string
  readonly sha256?: string
}

/** The folder of teachers of whoever runs the command. */
export function teachersOption(): Option {
  return new Option(
    '--teachers <folder>',
    'where teachers lie: DATASET_MODEL.safetensors or .pth, or as mdistiller unpacks them',
  ).env('THERMOGRAD_TEACHERS')
}

/** The weights of the teacher, where there is a folder of teachers: then it must be in it. */
export function weightsIn(folder: string | undefined, teacher: TeacherName): string | undefined {
  return folder === undefined ? undefined : teacherFile(folder, teacher)
}

export function teachersCommand(output: Output): Command {
  const list = new Command('list')
    .summary('say which teachers are published, and which are there')
    .addOption(teachersOption().default('teachers'))
    .addOption(jsonOption())
    .action((options: Options) => listTeachers(options, output))
  const fetch = new Command('fetch')
    .summary('download published teachers')
    .description(
      "Downloads mdistiller's teachers for CIFAR-100 and keeps those that are asked for, as safetensors, once they fit " +
        'their networks. Goes on where an earlier download ended; goes through the proxy that HTTPS_PROXY says.',
    )
    .argument('[models...]', 'which (default: all)')
    .addOption(teachersOption().default('teachers'))
    .option('--url <url>', 'where the archive lies', mdistillerTeachers.url)
    .option('--sha256 <digits>', 'what the archive must be; none has been published')
    .addOption(jsonOption())
    .action((models: string[], options: FetchOptions) => fetchModels(models, options, output))
  return new Command('teachers')
    .summary('list and download published teachers')
    .description('Teachers that others have trained and published, and a folder of them.')
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
    table.push([dataset, model, `${top1.toFixed(2)} %`, file ?? 'not fetched'])
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
    ...(actual === undefined ? ['all of them were there already'] : [`SHA-256 of the archive: ${actual}`]),
  ]
  writeResult(output, options, { files, sha256: actual }, lines.join('\n'))
}
