import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { distiller, distillerNames } from '../../kd/index.ts'
import { temporaryFolder } from '../train/temporaryFolder.ts'
import { thermograd } from './commandLine.ts'

describe('thermograd methods', () => {
  it('should list every method with its paper and its options', async () => {
    const { code, stdout } = await thermograd(['methods'])
    expect(code).toBe(0)
    const words = stdout.replaceAll(/[\s│]+/g, ' ')
    for (const name of distillerNames) {
      expect(stdout).toContain(`│ ${name} `)
      expect(words).toContain(distiller(name).paper)
      for (const option of Object.keys(distiller(name).options)) expect(words).toContain(`${option}=`)
    }
    expect(words).toContain('variances=trained|fixed')
  })

  it('should give the same to programs', async () => {
    const { methods } = JSON.parse((await thermograd(['methods', '--json'])).stdout)
    expect(methods.map(({ name }: { name: string }) => name)).toEqual(distillerNames)
    expect(methods.find(({ name }: { name: string }) => name === 'vid')).toEqual({
      name: 'vid',
      description: "variational information: predicts the teacher's feature maps with learned variances",
      paper: 'Ahn et al., CVPR 2019, arXiv 1904.05835',
      needsTeacher: true,
      options: { weight: 1, crossEntropyWeight: 1, initialVariance: 5, variances: 'trained' },
      choices: { variances: ['trained', 'fixed'] },
    })
  })
})

describe('thermograd train --method', () => {
  it('should train by a method and a teacher whose weights are given', async () => {
    const folder = await temporaryFolder()
    const common = ['--dataset', 'synthetic', '--epochs', '1', '--limit', '32', '--json']
    const weights = join(folder, 'teacher', 'last.safetensors')
    const alone = await thermograd([
      'train',
      ...common,
      '--model',
      'resnet14',
      '--out',
      join(folder, 'teacher'),
    ])
    expect(alone.code).toBe(0)
    const student = join(folder, 'student')
    const { code, stderr } = await thermograd([
      'train',
      ...common,
      ...[
        '--model',
        'resnet8',
        '--method',
        'at',
        '--set',
        'method.power=4',
        '--set',
        'method.distance=norm',
        '--dot',
        '0.075',
      ],
      ...['--teacher', 'resnet14', '--teacher-weights', weights, '--out', student],
    ])
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(existsSync(join(student, 'result.json'))).toBe(true)
  })
})
