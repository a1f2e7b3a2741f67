import { open } from 'node:fs/promises'
import { Command } from 'commander'
import { InvalidInputError } from '../../base/errors.ts'
import { familyOf, type Profile } from '../../kd/laws/index.ts'
import { positiveNumber } from '../options.ts'
import type { Output } from '../output.ts'

interface Options {
  readonly profile: string
  readonly temperature: number
}

export function initCommand(output: Output): Command {
  return new Command('init')
    .argument('<file>', 'module to write: .ts, .mts, .js or .mjs')
    .summary('write a module with a loss to fill in')
    .description('Writes a module whose default export is a loss to fill in. An existing file is left alone.')
    .option('--profile <name>', 'kind of loss', 'kd')
    .option('--temperature <value>', 'reference temperature τ', positiveNumber, 4)
    .action(async (file: string, _: unknown, command: Command) => {
      // `laws` has options of the same names, and commander gives them to it.
      const { profile, temperature } = command.optsWithGlobals<Options>()
      if (!/\.m?[jt]s$/.test(file))
        throw new InvalidInputError(
          `laws init: expected a file that ends in .ts, .mts, .js or .mjs, got ${file}`,
        )
      await writeNew(file, scaffold(familyOf(profile).at(temperature), /ts$/.test(file)))
      output.stdout.write(`${file}\ncheck it: thermograd laws ${file} --profile ${profile}\n`)
    })
}

async function writeNew(file: string, text: string): Promise<void> {
  try {
    const handle = await open(file, 'wx')
    await handle.writeFile(text)
    await handle.close()
  } catch (error) {
    const reason =
      error instanceof Error && 'code' in error && error.code === 'EEXIST' ? 'it exists' : String(error)
    throw new InvalidInputError(`laws init: ${file} cannot be written: ${reason}`)
  }
}

/** Returns a module with a loss to fill in, for a profile. */
function scaffold({ name, formula, temperature }: Profile, isTyped: boolean): string {
  const type = (text: string) => (isTyped ? text : '')
  const [rows, row, list] = [type(': number[][]'), type(': number[]'), type(': number[]')]
  return `/**
 * ${name}: ${formula}
 *
 * The mean over the batch, of student logits [N, K], teacher logits [N, K] and labels [N].
 */
export default function loss(student${rows}, teacher${rows}, labels${list})${type(': number')} {
  const losses = student.map((v, n) => lossOfSample(v, teacher[n], labels[n]))
  return losses.reduce((sum, value) => sum + value, 0) / losses.length
}

const temperature = ${temperature}

/** The loss of one sample: to be filled in. */
function lossOfSample(v${row}, u${row}, label${type(': number')})${type(': number')} {
  const logQ = logSoftmax(v.map((logit) => logit / temperature))
  const logP = logSoftmax(u.map((logit) => logit / temperature))
  throw new Error(\`to be filled in: \${logQ.length}, \${logP.length}, \${label}\`)
}

/** ln softmax, without overflow. */
function logSoftmax(logits${row})${list} {
  const largest = Math.max(...logits)
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - largest), 0)
  return logits.map((logit) => logit - largest - Math.log(sum))
}
`
}
