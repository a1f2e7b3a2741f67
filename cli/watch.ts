import { Command } from 'commander'
import { serveReport } from '../train/index.ts'
import { port } from './options.ts'
import type { Output } from './output.ts'

export function watchCommand(output: Output): Command {
  return new Command('watch')
    .summary('serve a live report of runs in progress')
    .description(
      'Serves the report on this machine only and keeps it up to date with the runs. Stop it with Ctrl-C.',
    )
    .argument('<run...>', 'run folders, or folders that contain them')
    .option('--port <number>', 'port to serve on; 0 picks a free one', port, 6060)
    .action(async (runs: string[], options: { readonly port: number }) => {
      const { url } = await serveReport(runs, options)
      output.stdout.write(`${url}\n`)
      // Serves until a signal ends the process.
      await new Promise(() => {})
    })
}
