import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesPerNumber, decode, encode, type Precision } from '../../../train/teacherLogits/precision.ts'

function kept(numbers: Float32Array, precision: Precision): Float32Array {
  const bytes = new Uint8Array(numbers.length * bytesPerNumber(precision))
  encode(numbers, precision, bytes)
  return decode(bytes, precision)
}

describe('the precision of kept logits', () => {
  it('should be every bit with float32', () => {
    fc.assert(
      fc.property(fc.float32Array(), (numbers) => {
        expect(kept(numbers, 'float32')).toEqual(numbers)
      }),
    )
  })

  it('should be 11 significant bits with float16, down to its smallest numbers', () => {
    const logits = fc.float32Array({ min: -65504, max: 65504, noNaN: true })
    fc.assert(
      fc.property(logits, (numbers) => {
        for (const [i, number] of kept(numbers, 'float16').entries()) {
          const smallestStep = 2 ** -24
          expect(Math.abs(number - numbers[i])).toBeLessThanOrEqual(
            Math.max(Math.abs(numbers[i]) * 2 ** -11, smallestStep / 2),
          )
        }
      }),
    )
  })

  it('should not change what was kept before', () => {
    fc.assert(
      fc.property(fc.float32Array(), (numbers) => {
        const once = kept(numbers, 'float16')
        expect(kept(once, 'float16')).toEqual(once)
      }),
    )
  })
})
