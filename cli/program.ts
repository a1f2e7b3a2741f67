import { Command, CommanderError } from 'commander'
import { InvalidInputError } from '../engine/errors.ts'
import { packageVersion } from '../train/index.ts'
import { distillCommand } from './distill.ts'
import { evaluateCommand } from './evaluate.ts'
import { infoCommand } from './info.ts'
import type { Output } from './output.ts'
import { trainCommand } from './train.ts'

/**
 * Runs the command line and returns its exit code: 0 when all went well; 2 for something that was given and cannot
 * work, with one sentence on `stderr`; 1 for a bug of ours, with its stack.
 */
export async function main(argv: readonly string[], output: Output): Promise<number> {
  try {
    await program(output).parseAsync(argv.length > 0 ? argv : ['--help'], { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0
    const complaint = complaintOf(error)
    output.stderr.write(`${complaint ?? (error as Error).stack}\n`)
    return complaint === undefined ? 1 : 2
  }
}

function program(output: Output): Command {
  const root = new Command('thermograd')
    .description('Trains image classifiers and distils them: dynamic temperature knowledge distillation.')
    .version(packageVersion())
  for (const command of [distillCommand, trainCommand, evaluateCommand, infoCommand]) {
    root.addCommand(command(output))
  }
  for (const command of [root, ...root.commands]) {
    command
      .exitOverride()
      .helpCommand(false)
      .configureHelp({ showGlobalOptions: false })
      // Errors are written by `main`.
      .configureOutput({ writeOut: (text) => output.stdout.write(text), writeErr: () => {} })
  }
  return root
}

/** One sentence, if the error is about what was given. */
function complaintOf(error: unknown): string | undefined {
  if (error instanceof CommanderError) {
    return `thermograd: ${error.message.replace(/^error: /, '').replaceAll('\n', ' ')}`
  }
  return error instanceof InvalidInputError ? `thermograd: ${error.message}` : undefined
}
