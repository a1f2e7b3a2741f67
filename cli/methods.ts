import Table from 'cli-table3'
import { Command } from 'commander'
import { definitionOf, distiller, distillerNames, type Option } from '../kd/index.ts'
import { resolveRecipe } from '../train/index.ts'
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
        const choices = Object.fromEntries(
          Object.entries(definitionOf(name).options).map(([option, { values }]) => [option, values]),
        )
        return { name, description, paper, needsTeacher, options, choices }
      })
      writeResult(output, options, { methods }, methodTable())
    })
}

function methodTable(): string {
  const table = new Table({
    head: ['method', 'what it does, and its options with their defaults'],
    style: { head: [], border: [] },
    colWidths: [17, 100],
    wordWrap: true,
  })
  for (const method of distillerNames) {
    const { description, paper, options } = definitionOf(method)
    const settings = Object.entries(options).map(([name, option]) => `${name}=${valuesOf(option)}`)
    table.push([method, [description, paper, settings.join('  ')].filter((line) => line !== '').join('\n')])
  }
  return table.toString()
}

/** The default, then other values, `shared|published`, or the unit, `10 of 240 epochs`. */
function valuesOf({ default: fallback, values = [], unit }: Option): string {
  const others = values.filter((value) => value !== fallback).map((value) => `|${value}`)
  const units = { epochs: ' epochs', 'scaled epochs': ` of ${resolveRecipe().epochs} epochs` }
  return `${fallback}${others.join('')}${unit === undefined ? '' : units[unit]}`
}
