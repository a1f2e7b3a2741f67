import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../train/temporaryFolder.ts'
import { thermograd } from './commandLine.ts'

const data = process.env['THERMOGRAD_DATA']
if (!data)
  console.warn('Skipped: training on real CIFAR-100. THERMOGRAD_DATA names the folder that holds it.')

describe.skipIf(!data)('CIFAR-100, where THERMOGRAD_DATA names its folder', () => {
  const dataset = ['--dataset', 'cifar100', '--data', join(data ?? '', 'cifar-100-binary.tar.gz')]
  const brief = ['--epochs', '1', '--limit', '2000']

  it('should be trained on', async () => {
    const out = join(await temporaryFolder(), 'run')
    const { code, stdout } = await thermograd([
      'train',
      ...dataset,
      ...brief,
      '--model',
      'resnet20',
      '--out',
      out,
    ])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^test top-1 \d+\.\d\d %/)
  })

  it('should be distilled on', async () => {
    const out = join(await temporaryFolder(), 'run')
    const networks = ['--teacher', 'resnet20', '--student', 'resnet8', '--method', 'dtkd']
    const { code, stdout } = await thermograd(['distill', ...dataset, ...brief, ...networks, '--out', out])
    expect(code).toBe(0)
    expect(stdout).toMatch(/student with DTKD │ resnet8 /)
  })
})
