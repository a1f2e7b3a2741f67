import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { grad, gradientCheck, openExecutor, tensor } from '../../engine/index.ts'
import { klDivergence, nckd, sharedTemperatures, tckd, temperedDivergence } from '../../kd/index.ts'
import {
  divergence,
  expectClose,
  labelled,
  labelledPair,
  logitPair,
  matrix,
  read,
  softmax,
} from './numbers.ts'

const halves = fc.integer({ min: 1, max: 40 }).map((number) => number / 2)

describe('klDivergence', () => {
  it('should be Σ p (ln p − ln q), not negative, and 0 between equal distributions', () =>
    fc.assert(
      fc.asyncProperty(logitPair(), async ({ student, teacher }) => {
        const [value] = await read(klDivergence(matrix([teacher]), matrix([student])))
        expectClose([value], [divergence(softmax(teacher), softmax(student))], 1e-9)
        expect(value).toBeGreaterThanOrEqual(-1e-14)
        const shifted = matrix([teacher.map((u) => u + 3)])
        expect(Math.abs((await read(klDivergence(matrix([teacher]), shifted)))[0])).toBeLessThan(1e-13)
      }),
    ))

  it('should have the gradient q − p with respect to the student', () =>
    fc.assert(
      fc.asyncProperty(logitPair(), async ({ student, teacher }) => {
        const x = matrix([student])
        const p = softmax(teacher)
        const expected = softmax(student).map((q, i) => q - p[i])
        expectClose(await read(grad(klDivergence(matrix([teacher]), x).sum(), [x])[0]), expected)
      }),
    ))

  it('should be finite where probabilities underflow', async () => {
    const teacher = matrix([[1e5, 0, -1e5]])
    const student = matrix([[-1e5, 0, 1e5]])
    expectClose(await read(klDivergence(teacher, student)), [2e5])
    expectClose(await read(grad(klDivergence(teacher, student).sum(), [student])[0]), [-1, 0, 1])
  })

  it('should keep its digits in float32 where the teacher is nearly certain', async () => {
    const teacher = [[100, -25, -115.625, 112.109375]]
    const student = [[0, 0, 104.6875, -175]]
    const { executor } = await openExecutor('wasm')
    const inFloat32 = klDivergence(tensor(teacher), tensor(student))
    const [exact] = await read(klDivergence(matrix(teacher), matrix(student)))
    expect(Math.abs((await inFloat32.item({ executor })) / exact - 1)).toBeLessThan(2 ** -22)
  })

  it('should keep the digits of a small divergence: half the variance of the difference under p', async () => {
    const teacher = [2, 1, 0.5, -1]
    const difference = [1, -2, 0.5, 3].map((value) => value * 1e-7)
    const p = softmax(teacher)
    const mean = p.reduce((sum, weight, i) => sum + weight * difference[i], 0)
    const variance = p.reduce((sum, weight, i) => sum + weight * (difference[i] - mean) ** 2, 0)
    const student = matrix([teacher.map((value, i) => value + difference[i])])
    expectClose(await read(klDivergence(matrix([teacher]), student)), [variance / 2], 1e-6, 0)
  })
})

describe('target and non-target class divergence', () => {
  it('should add up: KL = TCKD + (1 − p_t) NCKD at any pair of temperatures', () =>
    fc.assert(
      fc.asyncProperty(labelledPair(), halves, halves, async ({ student, teacher, label }, Tt, Ts) => {
        const [v, u, t] = [matrix([student]), matrix([teacher]), labelled([label])]
        const temperatures = { student: matrix([[Ts]]), teacher: matrix([[Tt]]) }
        const [whole] = await read(temperedDivergence(v, u, temperatures))
        const [target] = await read(tckd(v, u, t, temperatures))
        const [others] = await read(nckd(v, u, t, temperatures))
        const pTarget = softmax(teacher.map((value) => value / Tt))[label]
        expectClose([target + (1 - pTarget) * others], [whole], 1e-10)
      }),
    ))

  it('should be the divergence of [p_t, 1 − p_t], and of the renormalised other classes', () =>
    fc.assert(
      fc.asyncProperty(labelledPair(), async ({ student, teacher, label }) => {
        const [v, u, t] = [matrix([student]), matrix([teacher]), labelled([label])]
        const [p, q] = [softmax(teacher), softmax(student)]
        const temperatures = sharedTemperatures(v, 1)
        const binary = divergence([p[label], 1 - p[label]], [q[label], 1 - q[label]])
        expectClose(await read(tckd(v, u, t, temperatures)), [binary], 1e-8)
        const without = (row: number[]) => softmax(row.toSpliced(label, 1))
        expectClose(
          await read(nckd(v, u, t, temperatures)),
          [divergence(without(teacher), without(student))],
          1e-9,
        )
      }),
    ))

  it('should stay finite where the target or everything else underflows', async () => {
    const student = matrix([
      [1e5, 0, -1e5],
      [0, 1e5, 0],
    ])
    const teacher = matrix([
      [-1e5, 1, 0],
      [1e5, 0, 0],
    ])
    for (const term of [tckd, nckd]) {
      const value = term(student, teacher, labelled([0, 1]), sharedTemperatures(student, 1))
      expect(Number.isFinite((await read(value))[0])).toBe(true)
      expect((await read(grad(value, [student])[0])).every(Number.isFinite)).toBe(true)
    }
  })

  it('should pass the gradient check, first and second order', async () => {
    const student = matrix([
      [1, 0.2, -0.5],
      [0.1, 2, 0.3],
    ])
    const teacher = matrix([
      [0.5, 0.4, -1],
      [3, 1, 0],
    ])
    const temperatures = { student: matrix([[2], [3]]), teacher: matrix([[6], [5]]) }
    const labels = labelled([2, 0])
    await gradientCheck((v, u) => tckd(v, u, labels, temperatures), [student, teacher])
    await gradientCheck((v, u) => nckd(v, u, labels, temperatures), [student, teacher])
    await gradientCheck((v, u) => klDivergence(u, v), [student, teacher])
  })
})
