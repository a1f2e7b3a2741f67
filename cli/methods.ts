import Table from 'cli-table3'
import { Command } from 'commander'
import { distiller, type MethodDefinition, type Option } from '../kd/index.ts'
import { resolveHyperparameters } from '../train/index.ts'
import { jsonOption, type ModuleOptions, moduleOption, openCatalogue } from './options.ts'
import type { Output } from './output.ts'
import { writeResult } from './results.ts'

export function methodsCommand(output: Output): Command {
  return new Command('methods')
    .summary('list the distillation methods and their options')
    .description('Lists the methods: what each does, its paper, and its options with their defaults.')
    .addOption(moduleOption())
    .addOption(jsonOption())
    .action(async (options: ModuleOptions & { readonly json?: boolean }) => {
      const { definitions } = (await openCatalogue(options)).methods
      const methods = definitions.map((definition) => {
        const { method: name, description, paper, needsTeacher, options } = distiller(definition)
        const choices = Object.fromEntries(
          Object.entries(definition.options).map(([option, { values }]) => [option, values]),
        )
        return { name, description, paper, needsTeacher, options, choices }
      })
      writeResult(output, options, { methods }, methodTable(definitions))
    })
}

function methodTable(definitions: readonly MethodDefinition[]): string {
  const table = new Table({
    head: ['method', 'description, paper, and options with their defaults'],
    style: { head: [], border: [] },
    colWidths: [17, 100],
    wordWrap: true,
  })
  for (const { name: method, description, paper, options } of definitions) {
    const settings = Object.entries(options).map(([name, option]) => `${name}=${valuesOf(option)}`)
    table.push([method, [description, paper, settings.join('  ')].filter((line) => line !== '').join('\n')])
  }
  return table.toString()
}

/** The default followed by the alternatives, `shared|published`, or by the unit, `10 of 240 epochs`. */
function valuesOf({ default: fallback, values = [], unit }: Option): string {
  const others = values.filter((value) => value !== fallback).map((value) => `|${value}`)
  const units = { epochs: ' epochs', 'scaled epochs': ` of ${resolveHyperparameters().epochs} epochs` }
  return `${fallback}${others.join('')}${unit === undefined ? '' : units[unit]}`
}
