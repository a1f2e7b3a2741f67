import { Command } from 'commander'
import { writeFileAtomically } from '../base/files/writeFile.ts'
import { reportOnRuns } from '../train/index.ts'
import type { Output } from './output.ts'

export function reportCommand(output: Output): Command {
  return new Command('report')
    .summary('runs beside one another, as a page to look at')
    .description(
      'Writes one HTML file that needs no network: curves, sharpness and temperatures, accuracy by class, mistakes with their images.',
    )
    .argument('<run...>', 'folders of runs, or folders with some in them')
    .option('--out <file>', 'where the page goes', 'report.html')
    .option('--no-images', 'leave out the test images, which not everybody may pass on')
    .action(async (runs: string[], { out, images }: { readonly out: string; readonly images: boolean }) => {
      await writeFileAtomically(out, await reportOnRuns(runs, { images }))
      output.stdout.write(`${out}\n`)
    })
}
