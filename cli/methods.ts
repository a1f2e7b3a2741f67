import Table from 'cli-table3'
import { Command, InvalidArgumentError, Option } from 'commander'
import { demand } from '../engine/errors.ts'
import { choicesOf, distiller, distillerNames } from '../kd/index.ts'
import { jsonOption } from './options.ts'
import type { Output } from './output.ts'
import { writeResult } from './report.ts'

/** Options of methods as they are given: by name, or by method and name with a dot between. */
export type Settings = Readonly<Record<string, number | string>>

export function methodsCommand(output: Output): Command {
  return new Command('methods')
    .summary('list the ways to train a student and their options')
    .description('The methods by name: what each does, whose it is, and its options with their defaults.')
    .addOption(jsonOption())
    .action((options: { readonly json?: boolean }) => {
      const methods = distillerNames.map((name) => {
        const { description, paper, needsTeacher, options } = distiller(name)
        const choices = Object.fromEntries(Object.keys(options).map((option) => [option, choicesOf(option)]))
        return { name, description, paper, needsTeacher, options, choices }
      })
      writeResult(output, options, { methods }, methodTable(methods))
    })
}

interface Row {
  readonly name: string
  readonly description: string
  readonly paper: string
  readonly options: Settings
}

function methodTable(methods: readonly Row[]): string {
  const table = new Table({
    head: ['method', 'what it does, and its options with their defaults'],
    style: { head: [], border: [] },
    colWidths: [17, 100],
    wordWrap: true,
  })
  for (const { name, description, paper, options } of methods) {
    const settings = Object.entries(options).map(
      ([option, value]) => `${option}=${value}${others(option, value)}`,
    )
    table.push([name, [description, paper, settings.join('  ')].filter((line) => line !== '').join('\n')])
  }
  return table.toString()
}

/** What else a named choice may be: `|other|another`. */
function others(option: string, value: number | string): string {
  const choices = choicesOf(option)?.filter((choice) => choice !== value) ?? []
  return choices.map((choice) => `|${choice}`).join('')
}

/** `--set`, which may be given more than once. */
export function setOption(form: string): Option {
  return new Option(`--set <${form}>`, 'an option of a method, see "thermograd methods"; may be repeated')
    .argParser((text: string, before: Settings): Settings => {
      const [, name, value] = /^([^=]+)=(.+)$/.exec(text) ?? []
      if (name === undefined) throw new InvalidArgumentError(`Expected ${form}.`)
      return { ...before, [name]: Number.isNaN(Number(value)) ? value : Number(value) }
    })
    .default({}, 'as published')
}

/** The settings of each method, out of those that name it. */
export function settingsByMethod(
  settings: Settings,
  methods: readonly string[],
): Record<string, Record<string, number | string>> {
  const sorted = Object.fromEntries(methods.map((method) => [method, {}]))
  for (const [path, value] of Object.entries(settings)) {
    const [method, name] = path.split('.')
    demand(
      name !== undefined && Object.hasOwn(sorted, method),
      () => `--set ${path}: expected METHOD.NAME=VALUE with a method out of ${methods.join(', ')}`,
    )
    sorted[method] = { ...sorted[method], [name]: value }
  }
  return sorted
}
