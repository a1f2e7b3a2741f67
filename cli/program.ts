import { Command, CommanderError } from 'commander'
import { InvalidInputError } from '../base/errors.ts'
import { packageVersion, TrainingStopped } from '../train/index.ts'
import { Broken } from './broken.ts'
import { convertCommand } from './convert.ts'
import { dataCommand } from './data.ts'
import { distillCommand } from './distill.ts'
import { evaluateCommand } from './evaluate.ts'
import { infoCommand } from './info.ts'
import { lawsCommand } from './laws/laws.ts'
import { methodsCommand } from './methods.ts'
import { modelsCommand } from './models.ts'
import type { Output } from './output.ts'
import { recipesCommand } from './recipes.ts'
import { reportCommand } from './report.ts'
import { runCommand } from './run.ts'
import { studyCommand } from './study.ts'
import { teachersCommand } from './teachers.ts'
import { trainCommand } from './train.ts'
import { watchCommand } from './watch.ts'

/**
 * Runs the command line and returns its exit code: 0 for success; 1 if a law is broken, or for a bug in thermograd, with
 * its stack trace; 2 for invalid input, with a one-sentence error on `stderr`; 75 for a training run stopped by a signal.
 */
export async function main(argv: readonly string[], output: Output): Promise<number> {
  try {
    await program(output).parseAsync(argv.length > 0 ? argv : ['--help'], { from: 'user' })
    return 0
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0
    if (error instanceof Broken) return 1
    if (error instanceof TrainingStopped) {
      output.stderr.write(`thermograd: ${error.message}\n`)
      return 75
    }
    const complaint = complaintOf(error)
    output.stderr.write(`${complaint ?? (error as Error).stack}\n`)
    return complaint === undefined ? 1 : 2
  }
}

function program(output: Output): Command {
  const root = new Command('thermograd')
    .description(
      'Trains and distils image classifiers, by Dynamic Temperature Knowledge Distillation among other methods.',
    )
    .version(packageVersion())
  for (const command of [
    distillCommand,
    trainCommand,
    studyCommand,
    runCommand,
    reportCommand,
    watchCommand,
    evaluateCommand,
    lawsCommand,
    modelsCommand,
    methodsCommand,
    recipesCommand,
    convertCommand,
    dataCommand,
    teachersCommand,
    infoCommand,
  ]) {
    root.addCommand(command(output))
  }
  for (const command of withSubcommands(root)) {
    command
      .exitOverride()
      .helpCommand(false)
      .configureHelp({ showGlobalOptions: false })
      // Errors are written by `main`.
      .configureOutput({ writeOut: (text) => output.stdout.write(text), writeErr: () => {} })
  }
  return root
}

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)]
}

/** The one-sentence message of an error about invalid input; `undefined` for any other error. */
function complaintOf(error: unknown): string | undefined {
  if (error instanceof CommanderError) {
    return `thermograd: ${error.message.replace(/^error: /, '').replaceAll('\n', ' ')}`
  }
  return error instanceof InvalidInputError ? `thermograd: ${error.message}` : undefined
}
