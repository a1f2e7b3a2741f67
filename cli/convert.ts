import { Command } from 'commander'
import { demand } from '../base/errors.ts'
import { writeFileAtomically } from '../base/files/writeFile.ts'
import { sizeOf } from '../engine/shape.ts'
import { createModel, exportOnnx, readWeightFile, writeWeightFile } from '../nn/index.ts'
import { restoreWeights } from '../train/index.ts'
import { jsonOption, positiveInteger } from './options.ts'
import type { Output } from './output.ts'
import { writeResult } from './results.ts'

interface Options {
  readonly model?: string
  readonly numClasses?: number
  readonly channels?: number
  readonly imageSize: number
  readonly json?: boolean
}

export function convertCommand(output: Output): Command {
  return new Command('convert')
    .summary('convert weights between PyTorch, safetensors and ONNX')
    .description(
      'Reads a file of weights, .pth, .pt, .th, .safetensors or .onnx, and writes another one. Every bit stays as it ' +
        'is; .onnx holds all weights but the counters of batch norm, and the network around them, which --model names.',
    )
    .argument('<in>', 'weights: what they are shows in the file, not in its name')
    .argument('<out>', 'ends in .safetensors, .pth, .pt, .th or .onnx')
    .option('--model <name>', 'the network that the weights must fit; needed for .onnx')
    .option(
      '--num-classes <count>',
      'of the network (default: as the network has by itself)',
      positiveInteger,
    )
    .option('--channels <count>', 'of the images that the network sees (default: 3)', positiveInteger)
    .option('--image-size <pixels>', 'height and width of the images, for .onnx', positiveInteger, 32)
    .addOption(jsonOption())
    .action((from: string, to: string, options: Options) => convert(from, to, options, output))
}

async function convert(from: string, to: string, options: Options, output: Output): Promise<void> {
  const { model, numClasses, channels, imageSize } = options
  const stored = await readWeightFile(from)
  const network = model === undefined ? undefined : createModel(model, { classes: numClasses, channels })
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
