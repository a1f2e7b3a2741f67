import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { syntheticDataset } from '../../datasets/index.ts'
import { createModel, saveWeights } from '../../nn/index.ts'
import { serve } from '../base/files/download/servers.ts'
import { temporaryFolder } from '../train/temporaryFolder.ts'
import { thermograd } from './commandLine.ts'

describe('teachers', () => {
  it('should list what is published, and what is there', async () => {
    const folder = await temporaryFolder()
    const file = join(folder, 'cifar100_vgg13.pth')
    await writeFile(file, '')
    const { stdout } = await thermograd(['teachers', 'list', '--teachers', folder, '--json'])
    const { teachers } = JSON.parse(stdout)
    expect(teachers).toContainEqual({ dataset: 'cifar100', model: 'resnet32x4', top1: 79.42 })
    expect(teachers).toContainEqual({ dataset: 'cifar100', model: 'vgg13', top1: 74.64, file })
    const text = await thermograd(['teachers', 'list', '--teachers', folder])
    expect(text.stdout).toMatch(/cifar100 │ resnet56 +│ +72\.34 % │ not downloaded/)
  })

  it('should complain, in a sentence, about what cannot be fetched', async () => {
    const folder = await temporaryFolder()
    const { url } = await serve(new Uint8Array(3), { status: 404 })
    const fetch = ['teachers', 'fetch', '--teachers', folder, '--url', url]
    const { code, stderr } = await thermograd([...fetch, 'resnet56'])
    expect([code, stderr]).toEqual([2, `thermograd: ${url}: cannot be downloaded: the server answered 404\n`])
    const unknown = await thermograd([...fetch, 'resnet9'])
    expect(unknown.stderr).toContain(
      'thermograd: teachers: resnet9 is not published; expected some of resnet56',
    )
    const misspelt = await thermograd(['teachers', 'fetch', '--teacher', folder])
    expect([misspelt.code, misspelt.stdout]).toEqual([2, ''])
    expect(misspelt.stderr).toContain("unknown option '--teacher'")
  })

  it('should teach from the folder, and say how to come by a teacher that is not in it', async () => {
    const folder = await temporaryFolder()
    const distill = [
      'distill',
      '--dataset',
      'synthetic',
      '--teacher',
      'resnet8',
      '--limit',
      '32',
      '--epochs',
      '1',
    ]
    const argv = [...distill, '--method', 'kd', '--teachers', folder, '--out', join(folder, 'run')]
    const { code, stderr } = await thermograd(argv)
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining(
        `${folder}: expected synthetic_resnet8.safetensors or synthetic_resnet8.pth, but found no teacher`,
      ),
    ])
    const { train, classNames } = syntheticDataset()
    const teacher = createModel('resnet8', { classes: classNames.length, channels: train.images.shape[1] })
    await saveWeights(join(folder, 'synthetic_resnet8.pth'), teacher.stateDict())
    expect((await thermograd(argv)).code).toBe(0)
    expect(await readdir(join(folder, 'run'))).not.toContain('teacher')
  })
})
