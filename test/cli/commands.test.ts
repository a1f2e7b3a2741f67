import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { distillerNames } from '../../kd/index.ts'
import { modelNames } from '../../nn/index.ts'
import { packageVersion } from '../../train/index.ts'
import { temporaryFolder } from '../train/temporaryFolder.ts'
import { thermograd } from './commandLine.ts'

describe('thermograd train, then evaluate', () => {
  it('should find what was saved', async () => {
    const out = join(await temporaryFolder(), 'run')
    const trained = await thermograd(['train', '--limit', '64', '--epochs', '1', '--json', '--out', out])
    expect(trained.code).toBe(0)
    const [, , result] = trained.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(result).toEqual({
      event: 'result',
      seed: 0,
      last: result.best,
      best: result.last,
      bestOn: 'test',
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      folder: out,
    })

    const weights = ['--model', 'resnet8', '--weights', join(out, 'last.safetensors')]
    const evaluated = await thermograd(['evaluate', ...weights, '--batch-size', '16', '--json'])
    expect(JSON.parse(evaluated.stdout)).toEqual({
      event: 'result',
      model: 'resnet8',
      weights: weights[3],
      dataset: 'digits',
      images: 360,
      ...result.last.test,
      seconds: expect.any(Number),
    })

    const { stdout } = await thermograd(['evaluate', ...weights, '--limit', '100'])
    expect(stdout).toMatch(
      /^test top-1 \d+\.\d\d %, top-5 \d+\.\d\d %, loss \d+\.\d{4} on 100 images \(\d+ images\/s\)\n$/,
    )
  })
})

describe('thermograd info', () => {
  it('should name versions, executor, networks, methods and data sets', async () => {
    const { code, stdout } = await thermograd(['info'])
    expect(code).toBe(0)
    for (const name of [
      packageVersion(),
      process.version,
      'wasm',
      'cifar100',
      ...modelNames,
      ...distillerNames,
    ]) {
      expect(stdout).toContain(name)
    }
    const { models, environment } = JSON.parse(
      (await thermograd(['info', '--json', '--device', 'reference'])).stdout,
    )
    expect(environment).toMatchObject({ executor: 'reference', executorReason: 'requested by name' })
    expect(models).toEqual(modelNames)
  })

  it('should print the size of the plan of a distillation step', async () => {
    const step = ['--plan', '--teacher', 'resnet8', '--student', 'resnet8', '--batch-size', '2']
    const { code, stdout } = await thermograd(['info', ...step, '--device', 'wasm'])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^a DTKD step, resnet8 to resnet8, batch 2:$/m)
    expect(stdout).toMatch(/^ {2}\d+ operations in \d+ kernels$/m)
    expect(stdout).toMatch(
      /^ {2}[\d.]+ MB for the results of \d+ of the kernels, which run only after a weight/m,
    )
  })
})

describe('the help', () => {
  it('should be shown for nothing at all, and for --help', async () => {
    const help = await thermograd([])
    expect(help).toEqual(await thermograd(['--help']))
    expect(help.code).toBe(0)
    for (const command of ['distill', 'train', 'evaluate', 'info'])
      expect(help.stdout).toContain(`\n  ${command} `)
  })

  it.each(['distill', 'train'])('should list the options of %s', async (command) => {
    const { code, stdout } = await thermograd([command, '--help'])
    expect(code).toBe(0)
    for (const name of [
      'seed',
      'device',
      'dataset',
      'data',
      'limit',
      'epochs',
      'out',
      'json',
      'batch-size',
      'lr',
    ]) {
      expect(stdout).toMatch(new RegExp(`\n  --${name}\\b`))
    }
  })
})
