import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { grad, gradientCheck, type Tensor, tensor } from '../../engine/index.ts'
import { alone, dkd, dtkd, dynamicTemperatures, kd, scalarsOf, warmUpWeight } from '../../kd/index.ts'
import {
  divergence,
  expectClose,
  labelled,
  labelledPair,
  matrix,
  type Pair,
  read,
  softmax,
  soundPair,
} from './numbers.ts'

type Gradients = 'attached' | 'detached'

/** The gradient of L_DTKD of one row with respect to the student's logits. */
async function dtkdGradient({ student, teacher }: Pair, gradients: Gradients): Promise<number[]> {
  const v = matrix([student])
  const { terms } = dtkd(v, matrix([teacher]), labelled([0]), { gradients })
  return read(grad(terms.dtkd, [v])[0])
}

/** The same by hand: section 3.2 of the digest in plain numbers, τ = 4. */
function analyticGradient({ student: v, teacher: u }: Pair, gradients: Gradients): number[] {
  const [x, y] = [Math.max(...u), Math.max(...v)]
  const sum = x + y
  const [Tt, Ts] = [(8 * x) / sum, (8 * y) / sum]
  const p = softmax(u.map((value) => value / Tt))
  const q = softmax(v.map((value) => value / Ts))
  const mean = (weights: number[], values: number[]) =>
    weights.reduce((total, weight, i) => total + weight * values[i], 0)
  const covariance = (a: number[], b: number[]) =>
    mean(
      p,
      a.map((value, i) => (value - mean(p, a)) * (b[i] - mean(p, b))),
    )
  const kl = divergence(p, q)
  const forStudent = Tt * kl + (Tt / Ts) * (mean(p, v) - mean(q, v))
  const forTeacher = Ts * kl - (Ts / Tt) * (covariance(u, u) / Tt - covariance(u, v) / Ts)
  const slope = (8 * x) / sum ** 2
  const throughMaximum = gradients === 'attached' ? slope * (forStudent - forTeacher) : 0
  return v.map((_, j) => Tt * (q[j] - p[j]) + (j === v.indexOf(y) ? throughMaximum : 0))
}

describe('the DTKD term', () => {
  const golden = [
    {
      pair: { teacher: [2, 1, 0], student: [1, 1.5, 0] },
      temperatures: [32 / 7, 24 / 7],
      dtkd: 0.1926251459812252,
      kd: 0.2156779449506814,
      detached: [-0.2923486097, 0.3215308487, -0.0291822389],
      attached: [-0.2923486097, 0.3275762764, -0.0291822389],
    },
    {
      pair: { teacher: [0.5, 3, -1], student: [1, 0.2, 0.3] },
      temperatures: [6, 2],
      dtkd: 0.8627706839373385,
      kd: 1.6635627396468098,
      detached: [0.705751743, -1.0681603271, 0.3624085841],
      attached: [0.9795897851, -1.0681603271, 0.3624085841],
    },
  ]
  for (const { pair, ...expected } of golden) {
    it(`should have the golden values for teacher logits ${pair.teacher}`, async () => {
      const { terms, temperatures } = dtkd(matrix([pair.student]), matrix([pair.teacher]), labelled([0]))
      expectClose(await read(temperatures.teacher), [expected.temperatures[0]], 1e-15)
      expectClose(await read(temperatures.student), [expected.temperatures[1]], 1e-15)
      expectClose(await read(terms.dtkd), [expected.dtkd], 1e-13)
      expectClose(await read(terms.kd), [expected.kd], 1e-13)
      expectClose(await dtkdGradient(pair, 'detached'), expected.detached, 1e-9)
      expectClose(await dtkdGradient(pair, 'attached'), expected.attached, 1e-9)
    })
  }

  it('should have the analytic gradient, attached and detached', () =>
    fc.assert(
      fc.asyncProperty(soundPair(), async (pair) => {
        for (const gradients of ['attached', 'detached'] as const) {
          expectClose(await dtkdGradient(pair, gradients), analyticGradient(pair, gradients), 1e-8)
        }
      }),
    ))

  it('should have a detached gradient that sums to zero, as that of KD', () =>
    fc.assert(
      fc.asyncProperty(soundPair(), async (pair) => {
        const total = (await dtkdGradient(pair, 'detached')).reduce((a, b) => a + b)
        expect(Math.abs(total)).toBeLessThan(1e-12)
      }),
    ))

  it('should vanish where the student is a positive multiple of the teacher, while KD does not', async () => {
    const { terms } = dtkd(matrix([[1, 0.5, -1]]), matrix([[4, 2, -4]]), labelled([0]))
    expect(Math.abs((await read(terms.dtkd))[0])).toBeLessThan(1e-14)
    expect((await read(terms.kd))[0]).toBeGreaterThan(0.1)
  })

  it('should vanish with the student: L(c v) / c → 4 τ² y/x KL(softmax(u / 2 τ) ‖ softmax(v x / 2 τ y)) for c → 0', () =>
    fc.assert(
      fc.asyncProperty(soundPair(), async ({ student, teacher }) => {
        const [x, y] = [Math.max(...teacher), Math.max(...student)]
        // A tenth of it, and the guard would step in.
        const c = (1e-5 * x) / y
        const shrunk = matrix([student.map((value) => c * value)])
        const { terms } = dtkd(shrunk, matrix([teacher]), labelled([0]))
        const ofTeacher = softmax(teacher.map((value) => value / 8))
        const ofStudent = softmax(student.map((value) => (value * x) / (8 * y)))
        const expected = 64 * (y / x) * divergence(ofTeacher, ofStudent)
        expectClose([(await read(terms.dtkd))[0] / c], [expected], 1e-3)
      }),
    ))

  it('should be negative, as the authors have it, for opposite signs without a guard', async () => {
    const loss = (pair: Pair) =>
      dtkd(matrix([pair.student]), matrix([pair.teacher]), labelled([0]), { guard: 'none' }).terms.dtkd
    expectClose(await read(loss({ teacher: [3, -1], student: [-1, -2] })), [-2.0224], 1e-4)
    expectClose(await read(loss({ teacher: [1, -1], student: [-3, -4] })), [-1.9859], 1e-4)
  })

  it('should not change under one permutation of the classes of both', () =>
    fc.assert(
      fc.asyncProperty(soundPair(), async ({ student, teacher }) => {
        const term = (v: number[], u: number[]) =>
          read(dtkd(matrix([v]), matrix([u]), labelled([0])).terms.dtkd)
        expectClose(await term(student.toReversed(), teacher.toReversed()), await term(student, teacher))
      }),
    ))
})

describe('the losses', () => {
  const student = () =>
    matrix([
      [1, 0.2, -0.5],
      [0.1, 2, 0.3],
    ])
  const teacher = () =>
    matrix([
      [0.5, 0.4, -1],
      [3, 1, 0],
    ])
  const labels = labelled([2, 0])
  type Variant = (v: Tensor, u: Tensor, t: Tensor, gradients?: Gradients) => ReturnType<typeof dtkd>
  const variants: Record<string, Variant> = {
    kd: (v, u, t, gradients) => kd(v, u, t, { gradients }),
    dkd: (v, u, t, gradients) => dkd(v, u, t, { gradients }),
    dtkd: (v, u, t, gradients) => dtkd(v, u, t, { gradients }),
    'dtkd, clamp': (v, u, t, gradients) => dtkd(v, u, t, { guard: 'clamp', gradients }),
    'dtkd, absolute': (v, u, t, gradients) => dtkd(v, u, t, { guard: 'absolute', gradients }),
    'dtkd, centre': (v, u, t, gradients) => dtkd(v, u, t, { guard: 'centre', gradients }),
    'dtkd, exact': (v, u, t, gradients) => dtkd(v, u, t, { temperatures: 'exact', gradients }),
    'dkd, published': (v, u, t, gradients) => dkd(v, u, t, { temperatures: 'published', gradients }),
    'dkd, exact': (v, u, t, gradients) => dkd(v, u, t, { temperatures: 'exact', gradients }),
  }

  for (const [name, loss] of Object.entries(variants)) {
    it(`should pass the gradient check, first and second order: ${name}`, async () => {
      await gradientCheck((v) => loss(v, teacher(), labels).loss, [student()], { name })
    })

    it(`should send no gradient to the teacher: ${name}`, async () => {
      const u = teacher()
      expect(await read(grad(loss(student(), u, labels).loss, [u])[0])).toEqual(new Array(6).fill(0))
    })

    it(`should stay finite at extreme logits, with finite gradients: ${name}`, async () => {
      const extremes = [
        [1e5, -1e5, 0],
        [-1e5, -2e5, -3e5],
        [0, 0, 0],
        [1e-8, 0, 0],
        [700, 700, 700],
        [-1e4, 1e4, 1e4],
      ]
      const rows = extremes.flatMap((v) => extremes.map((u) => [v, u]))
      const v = matrix(rows.map(([row]) => row))
      const u = matrix(rows.map(([, row]) => row))
      const t = labelled(rows.map((_, i) => i % 3))
      for (const gradients of ['attached', 'detached'] as const) {
        const result = loss(v, u, t, gradients)
        expect(Number.isFinite((await read(result.loss))[0])).toBe(true)
        expect((await read(grad(result.loss, [v])[0])).every(Number.isFinite)).toBe(true)
      }
    })
  }

  it('should be their terms, weighted: the totals of the papers', async () => {
    const value = async (x: Tensor) => (await read(x))[0]
    const dynamic = dtkd(student(), teacher(), labels, {
      epoch: 5,
      alpha: 2,
      beta: 0.5,
      crossEntropyWeight: 0.7,
    })
    expectClose(
      [await value(dynamic.loss)],
      [
        0.25 * (2 * (await value(dynamic.terms.dtkd)) + 0.5 * (await value(dynamic.terms.kd))) +
          0.7 * (await value(dynamic.terms.crossEntropy)),
      ],
    )
    const decoupled = dkd(student(), teacher(), labels, { epoch: 10 })
    expectClose(
      [await value(decoupled.loss)],
      [
        0.5 * ((await value(decoupled.terms.tckd)) + 8 * (await value(decoupled.terms.nckd))) +
          (await value(decoupled.terms.crossEntropy)),
      ],
    )
    const plain = kd(student(), teacher(), labels)
    expectClose(
      [await value(plain.loss)],
      [0.9 * (await value(plain.terms.kd)) + 0.1 * (await value(plain.terms.crossEntropy))],
    )
  })

  it("should put DTKD's temperatures inside DKD: without a rest, TCKD + (1 − p_t) NCKD is the DTKD term", () =>
    fc.assert(
      fc.asyncProperty(labelledPair(), async ({ student, teacher, label }) => {
        const [v, u, t] = [matrix([student]), matrix([teacher]), labelled([label])]
        const { terms, temperatures } = dkd(v, u, t, { temperatures: 'published' })
        const [forTeacher] = await read(temperatures.teacher)
        const p = softmax(teacher.map((value) => value / forTeacher))
        const [target, others] = [await read(terms.tckd), await read(terms.nckd)].flat()
        expectClose(await read(dtkd(v, u, t).terms.dtkd), [target + (1 - p[label]) * others], 1e-9)
      }),
    ))

  it('should report temperatures, sharpnesses and guarded rows', async () => {
    const v = matrix([
      [1, 0],
      [-1, -2],
    ])
    const u = matrix([
      [3, 0],
      [1, 0],
    ])
    const result = dtkd(v, u, labelled([0, 1]))
    const scalars = Object.entries(scalarsOf(result)).map(async ([name, x]) => [name, (await read(x))[0]])
    const found = Object.fromEntries(await Promise.all(scalars))
    expect(found).toMatchObject({ studentTemperature: 3, teacherTemperature: 5, guardedRows: 1 })
    const S = (row: number[]) => Math.log(row.reduce((sum, value) => sum + Math.exp(value), 0))
    expect(found.studentSharpness).toBeCloseTo((S([1, 0]) + S([-1, -2])) / 2, 12)
    expect(found.teacherSharpness).toBeCloseTo((S([3, 0]) + S([1, 0])) / 2, 12)
    expect(Object.keys(found).slice(0, 4)).toEqual(['loss', 'dtkd', 'kd', 'crossEntropy'])
    expect(Object.keys(scalarsOf(alone(v, labelled([0, 1]))))).toEqual(['loss', 'crossEntropy'])
  })

  it('should compute in float32 where logits are float32', () => {
    const v = tensor([[1, 0.5]])
    for (const options of [{ epoch: 3 }, {}]) {
      expect(dtkd(v, tensor([[2, 1]]), labelled([0]), options).loss.dtype).toBe('float32')
      expect(dkd(v, tensor([[2, 1]]), labelled([0]), options).loss.dtype).toBe('float32')
    }
    expect(dynamicTemperatures(v, v).student.dtype).toBe('float32')
  })

  it('should refuse logits and labels that do not fit', () => {
    const wide = matrix([[1, 2, 3]])
    expect(() => dtkd(wide, matrix([[1, 2]]), labelled([0]))).toThrow(
      'dtkd: expected student and teacher logits of one shape [N, K] with K ≥ 2, got [1, 3] and [1, 2]',
    )
    expect(() => kd(matrix([[1]]), matrix([[1]]), labelled([0]))).toThrow('with K ≥ 2, got [1, 1] and [1, 1]')
    expect(() => dkd(wide, wide, labelled([0, 1]))).toThrow(
      'dkd: expected logits [N, classes] and int32 labels [N], got [1, 3] and int32 [2]',
    )
    expect(() => kd(wide, wide, labelled([3]))).toThrow('kd: label 3 in row 0 is outside 0 … 2')
  })
})

describe('warmUpWeight', () => {
  it('should rise evenly to 1, from a number or a tensor', () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 0, max: 40 }),
        async (epoch, epochs) => {
          const expected = epochs === 0 ? 1 : Math.min(epoch / epochs, 1)
          expectClose(await read(warmUpWeight(epoch, epochs, 'float64')), [expected])
          expectClose(await read(warmUpWeight(tensor(epoch), epochs, 'float64')), [expected])
        },
      ),
    ))

  it('should be an input of the recipe, so that epochs share a plan', () => {
    expect(warmUpWeight(1, 20).node.operation).toBe('input')
  })

  it('should refuse an epoch before the first', () => {
    expect(() => warmUpWeight(0, 20)).toThrow('warmUpWeight: expected epoch to be at least 1, got 0')
  })
})
