import { Command } from 'commander'
import { writeFileAtomically } from '../base/files/writeFile.ts'
import { reportOnRuns } from '../train/index.ts'
import type { Output } from './output.ts'

export function reportCommand(output: Output): Command {
  return new Command('report')
    .summary('write an HTML report that compares runs')
    .description(
      'Writes a self-contained HTML file that compares runs: curves, sharpness and temperatures, accuracy by class, and ' +
        'misclassified images.',
    )
    .argument('<run...>', 'run folders, or folders that contain them')
    .option('--out <file>', 'file to write', 'report.html')
    .option('--no-images', 'leave out the test images, whose licence may not allow redistribution')
    .action(async (runs: string[], { out, images }: { readonly out: string; readonly images: boolean }) => {
      await writeFileAtomically(out, await reportOnRuns(runs, { images }))
      output.stdout.write(`${out}\n`)
    })
}
