import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { grad, gradientCheck } from '../../engine/index.ts'
import { centred, centredSharpness, sharpness } from '../../kd/index.ts'
import { expectClose, logitPair, logits, matrix, read, softmax } from './numbers.ts'

const S = async (row: readonly number[]) => (await read(sharpness(matrix([row]))))[0]
const shiftFree = async (row: readonly number[]) => (await read(centredSharpness(matrix([row]))))[0]
const mean = (row: readonly number[]) => row.reduce((a, b) => a + b) / row.length

describe('sharpness', () => {
  it('should lie between the maximum and the maximum plus ln K, and not below the mean plus ln K', () =>
    fc.assert(
      fc.asyncProperty(logits(), async (z) => {
        const value = await S(z)
        const logClasses = Math.log(z.length)
        expect(value).toBeGreaterThanOrEqual(Math.max(...z))
        expect(value).toBeLessThanOrEqual(Math.max(...z) + logClasses + 1e-12)
        expect(value).toBeGreaterThanOrEqual(mean(z) + logClasses - 1e-12)
      }),
    ))

  it('should reach both outer bounds for a constant row', () =>
    fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 50 }), fc.integer({ min: -9, max: 9 }), async (K, c) => {
        expectClose([await S(new Array(K).fill(c))], [c + Math.log(K)])
      }),
    ))

  it('should move with a shift of the logits, while the shift-free form stays', () =>
    fc.assert(
      fc.asyncProperty(logits(), fc.integer({ min: -100, max: 100 }), async (z, c) => {
        const shifted = z.map((value) => value + c)
        expectClose([await S(shifted)], [(await S(z)) + c])
        expectClose([await shiftFree(shifted)], [await shiftFree(z)])
        expectClose([await shiftFree(z)], [(await S(z)) - mean(z)])
      }),
    ))

  it('should not depend on the order of classes, and rise with every logit', () =>
    fc.assert(
      fc.asyncProperty(logits(), fc.nat(), async (z, at) => {
        const i = at % z.length
        expectClose([await S(z.toReversed())], [await S(z)])
        expect(await S(z.with(i, z[i] + 1))).toBeGreaterThan(await S(z))
      }),
    ))

  it('should be 1-Lipschitz in the maximum norm (the proposition of the paper)', () =>
    fc.assert(
      fc.asyncProperty(logitPair(), async ({ student, teacher }) => {
        const distance = Math.max(...student.map((v, i) => Math.abs(v - teacher[i])))
        expect(Math.abs((await S(student)) - (await S(teacher)))).toBeLessThanOrEqual(distance + 1e-12)
      }),
    ))

  it('should have softmax as its gradient, and be the entropy plus the mean logit under softmax', () =>
    fc.assert(
      fc.asyncProperty(logits(), async (z) => {
        const x = matrix([z])
        const p = softmax(z)
        expectClose(await read(grad(sharpness(x).sum(), [x])[0]), p)
        const entropy = p.reduce((sum, value) => sum - (value === 0 ? 0 : value * Math.log(value)), 0)
        expectClose([await S(z)], [entropy + p.reduce((sum, value, i) => sum + value * z[i], 0)])
      }),
    ))

  it('should fall with temperature where the mean is not negative, and rise where the maximum is not positive', () =>
    fc.assert(
      fc.asyncProperty(
        logits({ minClasses: 2 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        async (z, T, more) => {
          fc.pre(new Set(z).size > 1)
          const at = (row: number[], temperature: number) => S(row.map((value) => value / temperature))
          const raised = z.map((value) => value - Math.min(...z))
          const lowered = z.map((value) => value - Math.max(...z))
          expect(await at(raised, T)).toBeGreaterThan(await at(raised, T + more))
          expect(await at(lowered, T)).toBeLessThan(await at(lowered, T + more))
        },
      ),
    ))

  it('should fall and rise again for [1, -2, -2, -2]', async () => {
    const rows = [0.5, 1, 1.5, 5, 100].map((T) => [1, -2, -2, -2].map((value) => value / T))
    expectClose(await read(sharpness(matrix(rows))), [2.007, 1.139, 1.007, 1.173, 1.374], 5e-4)
  })

  it('should be finite at extreme logits, with finite gradients', async () => {
    const x = matrix([
      [1e6, -1e6, 0],
      [-1e300, -1e300, -1e300],
    ])
    expectClose(await read(sharpness(x)), [1e6, -1e300])
    expectClose(await read(grad(sharpness(x).sum(), [x])[0]), [1, 0, 0, 1 / 3, 1 / 3, 1 / 3])
  })

  it('should pass the gradient check, first and second order, in both forms', async () => {
    const x = matrix([
      [1, -0.5, 0.25],
      [2, 0.5, -3],
    ])
    await gradientCheck(sharpness, [x])
    await gradientCheck(centredSharpness, [x])
  })
})

describe('centred', () => {
  it('should make a constant row exactly zero, whatever rounding does to its mean', () =>
    fc.assert(
      fc.asyncProperty(
        fc.double({ min: -1e9, max: 1e9, noNaN: true }),
        fc.integer({ min: 1, max: 30 }),
        async (c, K) => {
          expect(await read(centred(matrix([new Array(K).fill(c)])))).toEqual(new Array(K).fill(0))
        },
      ),
    ))
})
