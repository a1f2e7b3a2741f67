import { Command } from 'commander'
import { serveReport } from '../train/index.ts'
import { port } from './options.ts'
import type { Output } from './output.ts'

export function watchCommand(output: Output): Command {
  return new Command('watch')
    .summary('the report of runs that are going on, live in a browser')
    .description(
      'Serves the report, to this machine alone, and follows the runs until it is stopped with Ctrl-C.',
    )
    .argument('<run...>', 'folders of runs, or folders with some in them')
    .option('--port <number>', 'where to serve it; 0 is any that is free', port, 6060)
    .action(async (runs: string[], options: { readonly port: number }) => {
      const { url } = await serveReport(runs, options)
      output.stdout.write(`${url}\n`)
      // Until a signal ends the process.
      await new Promise(() => {})
    })
}
