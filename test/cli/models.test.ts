import { describe, expect, it } from 'vitest'
import { modelNames } from '../../nn/index.ts'
import { thermograd } from './commandLine.ts'

describe('thermograd models', () => {
  it('should list every network with its size', async () => {
    const { code, stdout } = await thermograd(['models'])
    expect(code).toBe(0)
    for (const name of modelNames) expect(stdout).toContain(`│ ${name} `)
    expect(stdout).toMatch(/ResNet18 +│ 11,220,132 +│ +555\.5 M │ 64×32×32, 64×32×32, 128×16×16/)
  })

  it('should give the same to programs', async () => {
    const { models } = JSON.parse((await thermograd(['models', '--json'])).stdout)
    expect(models.map(({ name }: { name: string }) => name)).toEqual(modelNames)
    expect(models[0]).toEqual({
      name: 'resnet8',
      parameters: 83892,
      multiplyAdds: 12507392,
      features: [
        [16, 32, 32],
        [16, 32, 32],
        [32, 16, 16],
        [64, 8, 8],
      ],
      pooled: 64,
    })
  })
})
