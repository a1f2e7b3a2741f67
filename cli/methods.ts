import Table from 'cli-table3'
import { Command } from 'commander'
import { choicesOf, distiller, distillerNames } from '../kd/index.ts'
import { jsonOption } from './options.ts'
import type { Output } from './output.ts'
import { writeResult } from './results.ts'

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
  readonly options: Readonly<Record<string, number | string>>
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
