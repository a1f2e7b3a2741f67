import Table from 'cli-table3'
import { Command } from 'commander'
import { createModel, type NetworkSummary, summaryOf } from '../nn/index.ts'
import { jsonOption, type ModuleOptions, moduleOption, openCatalogue } from './options.ts'
import type { Output } from './output.ts'
import { writeResult } from './results.ts'

type Row = NetworkSummary & { readonly name: string }

const image = [3, 32, 32]

export function modelsCommand(output: Output): Command {
  return new Command('models')
    .summary('list the networks and their sizes')
    .description(
      'Lists the networks with their parameters, multiply–adds for one 3×32×32 image, and feature shapes.',
    )
    .addOption(moduleOption())
    .addOption(jsonOption())
    .action(async (options: ModuleOptions & { readonly json?: boolean }) => {
      const { networks } = await openCatalogue(options)
      const models = networks.definitions.map((each) => ({
        name: each.name,
        ...summaryOf(createModel(each), image),
      }))
      writeResult(output, options, { image, models }, modelTable(models))
    })
}

function modelTable(models: readonly Row[]): string {
  const table = new Table({
    head: ['network', 'parameters', 'multiply–adds', 'features', 'pooled'],
    colAligns: ['left', 'right', 'right', 'left', 'right'],
    style: { head: [], border: [], compact: true },
  })
  for (const { name, parameters, multiplyAdds, features, pooled } of models) {
    const shapes = features.map((shape) => shape.join('×')).join(', ')
    table.push([name, parameters.toLocaleString('en'), millions(multiplyAdds), shapes, pooled])
  }
  return table.toString()
}

function millions(count: number): string {
  return `${(count / 1e6).toFixed(1)} M`
}
