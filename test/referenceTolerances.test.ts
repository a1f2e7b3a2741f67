import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Spreads } from './referenceCases/precision.ts'

const recorded = JSON.parse(
  readFileSync(join(import.meta.dirname, 'reference/float32.json'), 'utf8'),
) as Record<string, Spreads<'norms' | 'elements'>>

const spreadsOf = (model: string) => recorded[`models/model_${model}.json`]

describe('what float32 may do to gradients of networks', () => {
  it.each(['resnet8', 'resnet14', 'resnet32', 'resnet8x4', 'wrn_16_1', 'vgg8_bn'])(
    'should hide no fault of a thousandth from the direct method: %s',
    (model) => {
      const { norms, elements } = spreadsOf(model).direct!
      expect(Math.max(norms, elements)).toBeLessThan(1e-3)
    },
  )

  it.each(['resnet8', 'resnet20', 'resnet8x4', 'wrn_16_1', 'vgg8_bn'])(
    "should hide no scale that is wrong by a hundredth from Winograd's method: %s",
    (model) => expect(spreadsOf(model).winograd!.norms).toBeLessThan(1e-2),
  )

  it('should admit that other weights of ShuffleV1 are ill-conditioned', () => {
    expect(spreadsOf('ShuffleV1_other_weights').direct!.elements).toBeGreaterThan(0.2)
  })
})
