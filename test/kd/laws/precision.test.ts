import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkLaws, type HostLoss, isBad, type Rows, rounded } from '../../../kd/laws/index.ts'
import { lossObject } from '../../../kd/laws/loss.ts'
import { precisionOf } from '../../../kd/laws/precision.ts'
import { dtkd, kd, lossOf } from './mutants/plain.ts'
import { roundedLoss } from './roundedLosses.ts'

type Batch = Parameters<ReturnType<typeof lossOf>>

/** KD and DTKD, with a change of the value. */
const changed = (change: (value: number) => number) =>
  [kd, dtkd].map((parts) => lossObject((...batch: Batch) => change(lossOf(parts)(...batch))))

describe('the precision of a loss', () => {
  it.each([
    ['float64', 'left as it is', (value: number) => value],
    ['float32', 'rounded to float32', Math.fround],
    ['float64', 'rounded to six decimals', (value: number) => Number(value.toFixed(6))],
    ['float64', 'rounded to three digits', (value: number) => Number(value.toPrecision(3))],
    ['float64', 'rounded to multiples of 1/1024', (value: number) => Math.round(value * 1024) / 1024],
    ['float64', 'NaN', () => Number.NaN],
  ] as const)('should be %s for a value %s', async (precision, _, change) => {
    for (const loss of changed(change)) expect(await precisionOf(loss)).toBe(precision)
  })

  it('should not excuse a value that is rounded to decimals', async () => {
    const [loss] = changed((value) => Number(value.toFixed(6)))
    const { verdicts, guess } = await checkLaws(loss, 'kd', { laws: ['definition'], seed: 1 })
    expect(verdicts.map(({ outcome }) => outcome)).toEqual(['broken'])
    // Nor is its formula by another name a mistake.
    expect(guess).toBeUndefined()
  })
})

describe('a stated precision', () => {
  const halves = ['float16', 'bfloat16'] as const
  const options = { seed: 1, runs: 60 }

  it.each(halves)('should be what the tolerances follow from: %s', async (dtype) => {
    for (const isDynamic of [false, true]) {
      const loss = roundedLoss(dtype, isDynamic)
      const { verdicts, precision } = await checkLaws(loss, isDynamic ? 'dtkd' : 'kd', { ...options, dtype })
      expect(verdicts.filter(isBad)).toEqual([])
      expect(precision).toBe(dtype)
    }
  })

  const mistakes = {
    'no temperature factor': { factor: () => 1 },
    'no maximum subtracted': { shift: () => 0 },
    'a sum over the batch': { reduce: (sum: number) => sum },
  }
  it.each(halves.flatMap((dtype) => Object.entries(mistakes).map((mistake) => [dtype, ...mistake] as const)))(
    'should leave mistakes seen: %s, %s',
    async (dtype, _, steps) => {
      const { holds, guess } = await checkLaws(roundedLoss(dtype, false, steps), 'kd', { ...options, dtype })
      expect(holds).toBe(false)
      // Several mistakes explain values that are so coarse.
      expect(guess).toBeUndefined()
    },
  )

  it.each(['float32', ...halves] as const)('should be that of every number: %s', async (dtype) => {
    const right = roundedLoss(dtype, false)
    const wide = roundedLoss('float64', false)
    const check = async (loss: HostLoss) => {
      const { verdicts } = await checkLaws(loss, 'kd', { ...options, dtype, laws: ['representable'] })
      return verdicts[0].counterexample?.complaint
    }
    expect(await check(right)).toBeUndefined()
    expect(await check(wide)).toMatch(/^L = .*, but \w+ has no such number: the nearest is /)
    expect(await check({ ...right, gradient: wide.gradient! })).toMatch(/^∂L\/∂v = /)
    expect(await check({ ...right, perSample: () => [1 / 3] })).toMatch(/^ℓ = /)
  })

  it('should win over what the loss says', async () => {
    const loss = { ...roundedLoss('float16', false), dtype: 'float32' as const }
    expect((await checkLaws(loss, 'kd', { ...options, runs: 1, dtype: 'float16' })).precision).toBe('float16')
    expect((await checkLaws(loss, 'kd', { ...options, runs: 1 })).precision).toBe('float32')
  })

  it('should be the format of all logits that are drawn', async () => {
    const seen: number[] = []
    const loss = (student: Rows, teacher: Rows) => {
      seen.push(...student.flat(), ...teacher.flat())
      return 0
    }
    const laws = ['definition', 'definition-at-extremes', 'finite-at-extremes']
    for (const law of laws) await checkLaws(loss, 'dtkd', { ...options, dtype: 'float16', laws: [law] })
    expect(seen.length).toBeGreaterThan(1000)
    expect(seen.filter((value) => rounded(value, 'float16') !== value)).toEqual([])
    expect(seen.every(Number.isFinite)).toBe(true)
  })
})

describe('rounding to a format', () => {
  const bits = new DataView(new ArrayBuffer(4))
  /** The nearest number of bfloat16, by the bits of one of float32. */
  const bfloat16 = (value: number) => {
    bits.setFloat32(0, value)
    const all = bits.getUint32(0)
    bits.setUint32(0, (all + 0x7fff + ((all >>> 16) & 1)) & 0xffff0000)
    return bits.getFloat32(0)
  }

  it('should agree with the bits of bfloat16', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true }), (value) =>
        Object.is(rounded(value, 'bfloat16'), bfloat16(value)),
      ),
      { seed: 1, numRuns: 2000, examples: [[-0], [2 ** -126], [-(2 ** -133)], [3.4e38]] },
    )
  })

  it('should keep every number of float16, and give the nearer of two neighbours, or the even one', () => {
    const exponents = Array.from({ length: 31 }, (_, e) => e)
    const positive = exponents.flatMap((e) =>
      Array.from({ length: 1024 }, (_, m) => (e === 0 ? m * 2 ** -24 : (1 + m / 1024) * 2 ** (e - 15))),
    )
    for (const [i, value] of positive.entries()) {
      const next = positive[i + 1] ?? 65536
      const middle = (value + next) / 2
      const above = next === 65536 ? Number.POSITIVE_INFINITY : next
      expect(rounded(value, 'float16')).toBe(value)
      expect(rounded(-(value * 0.9 + next * 0.1), 'float16')).toBe(-value)
      expect(rounded(value * 0.1 + next * 0.9, 'float16')).toBe(above)
      expect(rounded(middle, 'float16')).toBe(i % 2 === 0 ? value : above)
    }
  })

  it('should refuse a precision that is none', async () => {
    // @ts-expect-error
    await expect(checkLaws(() => 0, 'kd', { dtype: 'float8' })).rejects.toThrow(
      "laws: expected dtype to be one of float64, float32, float16, bfloat16, got 'float8'",
    )
  })
})
