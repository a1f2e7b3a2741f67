import { beforeAll, describe, expect, it } from 'vitest'
import { zeros } from '../../engine/index.ts'
import { createModel, modelNames } from '../../nn/index.ts'
import { useReference } from './reference.ts'

beforeAll(useReference)

describe('createModel', () => {
  it('knows the residual networks', () => {
    expect(modelNames).toEqual(
      expect.arrayContaining([
        'resnet8',
        'resnet14',
        'resnet20',
        'resnet32',
        'resnet44',
        'resnet56',
        'resnet110',
        'resnet8x4',
        'resnet32x4',
      ]),
    )
  })

  it('names what it knows, the nearest first', () => {
    expect(() => createModel('resnet21')).toThrow(/^model: there is no 'resnet21'; known are resnet20, /)
    expect(() => createModel('toString')).toThrow("model: there is no 'toString'")
  })

  it('gives logits, the maps of stem and stages, and the pooled features', () => {
    const { logits, features, pooled } = createModel('resnet14').forward(zeros([2, 3, 32, 32]))
    expect(logits.shape).toEqual([2, 100])
    expect(features.map(({ shape }) => shape)).toEqual([
      [2, 16, 32, 32],
      [2, 16, 32, 32],
      [2, 32, 16, 16],
      [2, 64, 8, 8],
    ])
    expect(pooled.shape).toEqual([2, 64])
  })

  it('fits other images, channels and classes', () => {
    const { logits, features } = createModel('resnet8', { channels: 1, classes: 10 }).forward(
      zeros([5, 1, 8, 8]),
    )
    expect(logits.shape).toEqual([5, 10])
    expect(features.at(-1)!.shape).toEqual([5, 64, 2, 2])
  })

  it('should refuse options that it does not have and sizes that cannot be', () => {
    expect(() => createModel('resnet8', { clases: 10 } as object)).toThrow(
      "model: there is no option 'clases'; known are classes, channels, seed",
    )
    for (const classes of [0, 1.5, Number.NaN]) {
      expect(() => createModel('resnet8', { classes })).toThrow(
        `model: expected classes to be a whole number of at least 1, got ${classes}`,
      )
    }
  })
})
