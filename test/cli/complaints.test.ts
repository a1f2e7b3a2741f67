import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { nearestFirst } from '../../base/suggestions.ts'
import { main } from '../../cli/program.ts'
import { datasetNames } from '../../datasets/index.ts'
import { deviceNames } from '../../engine/index.ts'
import { distillerNames } from '../../kd/index.ts'
import { createModel, saveWeights } from '../../nn/index.ts'
import { temporaryFolder } from '../train/temporaryFolder.ts'
import { Caught, thermograd } from './commandLine.ts'

/** The one sentence that a command line is refused with. */
async function complaint(...argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await thermograd(argv)
  expect(code).toBe(2)
  expect(stdout).toBe('')
  expect(stderr).toMatch(/^thermograd: [^\n]+\n$/)
  return stderr.trimEnd().replace('thermograd: ', '')
}

const train = ['train', '--epochs', '1']

describe('a name or number that cannot be', () => {
  it.each([
    [['distil'], "unknown command 'distil' (Did you mean distill?)"],
    [[...train, '--sed', '1'], "unknown option '--sed' (Did you mean one of --seed, --set?)"],
    [['train', 'digits'], "too many arguments for 'train'. Expected 0 arguments but got 1."],
    [['train', '--seed'], "option '--seed <number>' argument missing"],
    [
      ['train', '--epochs', '0'],
      "option '--epochs <count>' argument '0' is invalid. Expected an integer of 1 or more.",
    ],
    [
      ['train', '--batch-size', '1e3'],
      "option '--batch-size <count>' argument '1e3' is invalid. Expected an integer of 1 or more.",
    ],
    [
      ['train', '--limit', '-1'],
      "option '--limit <count>' argument '-1' is invalid. Expected an integer of 1 or more.",
    ],
    [
      ['distill', '--seed', '0.5'],
      "option '--seed <number>' argument '0.5' is invalid. Expected an integer of 0 or more.",
    ],
    [
      ['distill', '--lr', 'fast'],
      "option '--lr <rate>' argument 'fast' is invalid. Expected a number above 0.",
    ],
    [['evaluate', '--model', 'resnet8'], "required option '--weights <file>' not specified"],
    [[...train, '--device', 'tpu'], `device: expected one of ${deviceNames.join(', ')}, got 'tpu'`],
    [['info', '--device', 'tpu'], `device: expected one of ${deviceNames.join(', ')}, got 'tpu'`],
    [
      [...train, '--dataset', 'imagenet'],
      `dataset: expected one of ${nearestFirst('imagenet', datasetNames).join(', ')}, got 'imagenet'`,
    ],
    [[...train, '--model', 'resnet21'], 'student.model: expected one of resnet20, '],
    [['distill', '--teacher', 'vgg'], 'network: expected one of vgg'],
    [['distill', '--student', 'vgg'], 'network: expected one of vgg'],
    [
      ['distill', '--method', 'kd,hint'],
      `method: expected one of ${nearestFirst('hint', distillerNames).join(', ')}, got 'hint'`,
    ],
    [['distill', '--method', 'kd,kd'], 'compare: expected each method once, got kd twice'],
    [
      ['distill', '--method', 'kd', '--set', 'methods.crd.negatives=9'],
      '--set methods.crd.negatives: expected methods.METHOD.OPTION=VALUE with one of the methods kd',
    ],
    [
      ['distill', '--method', 'at', '--set', 'methods.at.power=0'],
      'at: expected option power to be a finite number ≥ 1, got 0',
    ],
    [['train', '--set', 'power'], 'Expected path=value.'],
    [
      ['train', '--method', 'crd'],
      'teacher.weights: the method crd needs a trained resnet20: give --teacher-weights or --teachers, ',
    ],
    [['train', '--dot', 'much'], 'Expected a number of 0 or more.'],
    [['train', '--dot', '1'], 'training.dot: expected at most the momentum, got 1'],
  ])('%j', async (argv, message) => {
    expect(await complaint(...argv)).toContain(message)
  })
})

describe('a file that is missing or is something else', () => {
  it('should be named: the images', async () => {
    const missing = join(await temporaryFolder(), 'cifar.tar.gz')
    expect(await complaint(...train, '--dataset', 'cifar100')).toMatch(
      /^cifar100: expected data, the path of /,
    )
    expect(await complaint(...train, '--dataset', 'cifar100', '--data', missing)).toBe(
      `${missing}: there is no such file or folder`,
    )
    await writeFile(missing, 'no archive')
    expect(await complaint(...train, '--dataset', 'cifar10', '--data', missing)).toMatch(
      `${missing}: expected a gzip-compressed archive (.tar.gz)`,
    )
  })

  it('should be named: the weights', async () => {
    const weights = join(await temporaryFolder(), 'weights.safetensors')
    const evaluate = ['evaluate', '--model', 'resnet8', '--weights', weights]
    const distill = ['distill', '--teacher', 'resnet8', '--teacher-weights', weights]
    for (const command of [evaluate, distill]) {
      expect(await complaint(...command)).toMatch(`${weights}: there is no such file or folder`)
    }
    await writeFile(weights, 'no weights at all')
    for (const command of [evaluate, distill]) {
      expect(await complaint(...command)).toContain(
        `${weights}: expected weights in safetensors or PyTorch format (.pth, .th), but this is text`,
      )
    }
  })

  it('should be named: weights of another network, other images or other classes', async () => {
    const weights = join(await temporaryFolder(), 'weights.safetensors')
    const evaluate = ['evaluate', '--model', 'resnet8', '--weights', weights]
    const misfit = `${weights}: the weights do not fit the network: `
    await saveWeights(weights, createModel('resnet14', { classes: 10, channels: 1 }).stateDict())
    expect(await complaint(...evaluate)).toBe(
      `${misfit}36 unexpected (layer1.1.conv1.weight, layer1.1.bn1.weight, layer1.1.bn1.bias, …); ` +
        'these seem to be the weights of resnet14, not of resnet8',
    )
    await saveWeights(weights, createModel('resnet8', { classes: 10, channels: 3 }).stateDict())
    expect(await complaint(...evaluate)).toBe(
      `${misfit}1 of another shape (conv1.weight is [16, 3, 3, 3], expected [16, 1, 3, 3])`,
    )
    await saveWeights(weights, createModel('resnet8', { classes: 7, channels: 1 }).stateDict())
    expect(await complaint(...evaluate)).toBe(
      `${misfit}2 of another shape (fc.weight is [7, 64], expected [10, 64], fc.bias is [7], expected [10])`,
    )
  })

  it('should be named: a folder that is in use', async () => {
    const out = await temporaryFolder()
    await writeFile(join(out, 'notes'), '')
    const message = `${out}: expected a new or empty folder, but this one holds notes`
    expect(await complaint(...train, '--out', out)).toBe(message)
    expect(await complaint('distill', '--out', out)).toBe(message)
  })
})

describe('a training that diverges', () => {
  it('should stop with a sentence that says where', async () => {
    const out = join(await temporaryFolder(), 'run')
    const argv = [
      'train',
      '--dataset',
      'synthetic',
      '--limit',
      '64',
      '--lr',
      '1e38',
      '--epochs',
      '2',
      '--out',
      out,
    ]
    const { code, stderr } = await thermograd(argv)
    expect(code).toBe(2)
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(
      /^thermograd: the training loss became (NaN|Infinity|-Infinity) in epoch 1, step \d of 4 \(not finite: [^)]+\); after that step \d+ of \d+ weights are not finite, first \S+; the last good weights are the initial ones, saved in .+$/,
    )
  })
})

describe('a bug of ours', () => {
  it('should show its stack and end with 1', async () => {
    const stdout = new Writable({
      write() {
        throw new TypeError('a bug')
      },
    })
    const stderr = new Caught()
    expect(await main(['info'], { stdout, stderr })).toBe(1)
    expect(stderr.text).toMatch(/^TypeError: a bug\n {4}at /)
  })
})
