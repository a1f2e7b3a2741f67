import { Command } from 'commander'
import { demand } from '../base/errors.ts'
import { writeFileAtomically } from '../base/files/writeFile.ts'
import { sizeOf } from '../engine/shape.ts'
import { createModel, exportOnnx, readWeightFile, writeWeightFile } from '../nn/index.ts'
import { restoreWeights } from '../train/index.ts'
import { jsonOption, type ModuleOptions, moduleOption, openCatalogue, positiveInteger } from './options.ts'
import type { Output } from './output.ts'
import { writeResult } from './results.ts'

interface Options extends ModuleOptions {
  readonly model?: string
  readonly numClasses?: number
  readonly channels?: number
  readonly imageSize: number
  readonly json?: boolean | undefined
}

export function convertCommand(output: Output): Command {
  return new Command('convert')
    .summary('convert weights between PyTorch, safetensors and ONNX')
    .description(
      'Reads a weight file (.pth, .pt, .th, .safetensors or .onnx) and writes it in another format, bit for bit. An ' +
        '.onnx file holds the network given by --model and all weights except the batch counters of batch norm.',
    )
    .argument('<in>', 'weight file; its format is detected from its contents')
    .argument('<out>', 'output file, ending in .safetensors, .pth, .pt, .th or .onnx')
    .addOption(moduleOption())
    .option('--model <name>', 'network that the weights must fit; required for .onnx')
    .option(
      '--num-classes <count>',
      "number of classes of the network (default: the network's own)",
      positiveInteger,
    )
    .option('--channels <count>', "number of channels of the network's input (default: 3)", positiveInteger)
    .option('--image-size <pixels>', 'height and width of the input, for .onnx', positiveInteger, 32)
    .addOption(jsonOption())
    .action((from: string, to: string, options: Options) => convert(from, to, options, output))
}

async function convert(from: string, to: string, options: Options, output: Output): Promise<void> {
  const { model, numClasses, channels, imageSize } = options
  const stored = await readWeightFile(from)
  const { networks } = await openCatalogue(options)
  const network =
    model === undefined ? undefined : createModel(networks.named(model), { classes: numClasses, channels })
  if (network !== undefined) await restoreWeights(network, from)
  if (to.endsWith('.onnx')) {
    demand(network !== undefined, () => `${to}: expected --model, the network that has these weights`)
    const image = [channels ?? 3, imageSize, imageSize] as const
    await writeFileAtomically(to, await exportOnnx(network, { image }))
  } else await writeWeightFile(to, stored)

  const tensors = stored.size
  const numbers = [...stored.values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  const text = `${to}: ${tensors} tensors, ${numbers.toLocaleString('en')} numbers`
  writeResult(output, options, { from, to, model, tensors, numbers }, text)
}
