import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { add, concatenate, grad, gradientCheck, multiply, type Tensor } from '../../engine/index.ts'
import { centredSharpness, exactTemperatures, sharpness } from '../../kd/index.ts'
import { expectClose, logitPair, logSumExp, matrix, type Pair, read } from './numbers.ts'

/** [T_teacher, T_student, guarded] of one row. */
async function temperaturesOf({ student, teacher }: Pair, referenceTemperature = 4): Promise<number[]> {
  const found = exactTemperatures(matrix([student]), matrix([teacher]), { referenceTemperature })
  return read(concatenate([found.teacher, found.student, found.guarded.cast('float64')], 0))
}

const isConstant = (row: readonly number[]) => new Set(row).size === 1

/** S(u / T_teacher) − S(v / T_student) of centred rows. */
async function gap({ student, teacher }: Pair, forTeacher: number, forStudent: number): Promise<number> {
  const over = (row: number[], temperature: number) => row.map((value) => value / temperature)
  const [ofTeacher, ofStudent] = await read(
    centredSharpness(matrix([over(teacher, forTeacher), over(student, forStudent)])),
  )
  return ofTeacher - ofStudent
}

describe('exactTemperatures', () => {
  it('should make the sharpness of centred rows equal, with mean τ and both temperatures in (0, 2 τ)', () =>
    fc.assert(
      fc.asyncProperty(logitPair(), fc.integer({ min: 1, max: 10 }), async (pair, referenceTemperature) => {
        fc.pre(!isConstant(pair.student) && !isConstant(pair.teacher))
        const [forTeacher, forStudent, guarded] = await temperaturesOf(pair, referenceTemperature)
        expect(guarded).toBe(0)
        expectClose([forTeacher + forStudent], [2 * referenceTemperature])
        expect(Math.min(forTeacher, forStudent)).toBeGreaterThan(0)
        const size = Math.max(1, ...pair.teacher.map(Math.abs)) / Math.min(forTeacher, forStudent)
        expect(Math.abs(await gap(pair, forTeacher, forStudent))).toBeLessThan(1e-13 * Math.max(1, size))
      }),
      { numRuns: 50 },
    ))

  it('should agree with δ = 1.51176 for the example of the digest, where raw logits have 1.32283', async () => {
    const pair = { teacher: [5, 1, -2, 0.5], student: [2, 1.5, -1, 0] }
    const [forTeacher, forStudent] = await temperaturesOf(pair)
    expect(forTeacher).toBeCloseTo(4 + 1.51176, 5)
    expect(forStudent).toBeCloseTo(4 - 1.51176, 5)
    const raw = (row: number[], temperature: number) =>
      sharpness(matrix([row.map((value) => value / temperature)]))
    const [ofTeacher] = await read(raw(pair.teacher, 4 + 1.32283))
    expectClose(await read(raw(pair.student, 4 - 1.32283)), [ofTeacher], 1e-5)
  })

  it('should have one root where raw logits have three', async () => {
    const row = [1, ...new Array(99).fill(-3)]
    const over = (temperature: number) => row.map((value) => value / temperature)
    const signs = [-3.9, -1, 1, 3.9].map(async (delta) => {
      const [a, b] = await read(sharpness(matrix([over(4 + delta), over(4 - delta)])))
      return Math.sign(a - b)
    })
    expect(await Promise.all(signs)).toEqual([1, -1, 1, -1])
    expectClose(await temperaturesOf({ student: row, teacher: row }), [4, 4, 0], 1e-13)
  })

  it('should not change with a shift of either side, and swap when the sides do', () =>
    fc.assert(
      fc.asyncProperty(logitPair(), fc.integer({ min: -99, max: 99 }), async ({ student, teacher }, c) => {
        fc.pre(!isConstant(student) && !isConstant(teacher))
        const [forTeacher, forStudent] = await temperaturesOf({ student, teacher })
        const shifted = await temperaturesOf({ student: student.map((v) => v + c), teacher })
        expectClose(shifted, [forTeacher, forStudent, 0], 1e-8)
        const swapped = await temperaturesOf({ student: teacher, teacher: student })
        expectClose(swapped, [forStudent, forTeacher, 0], 1e-8)
      }),
      { numRuns: 40 },
    ))

  it('should be the centred closed form for two classes', () =>
    fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 64 }),
        fc.integer({ min: 1, max: 64 }),
        async (teacher, student) => {
          const found = await temperaturesOf({ teacher: [teacher, 0], student: [1, 1 + student] })
          expectClose(
            found,
            [(8 * teacher) / (teacher + student), (8 * student) / (teacher + student), 0],
            1e-9,
          )
        },
      ),
    ))

  it('should fall back to exactly (τ, τ) where a row is constant, with no gradient there', async () => {
    const student = matrix([
      [0.1, 0.1, 0.1],
      [1, 2, 3],
      [7, 7, 7],
      [1, 2, 3],
    ])
    const teacher = matrix([
      [1, 2, 3],
      [0.3, 0.3, 0.3],
      [5, 5, 5],
      [3, 1, 1],
    ])
    const found = exactTemperatures(student, teacher)
    expect(await read(found.guarded)).toEqual([1, 1, 1, 0])
    expect((await read(found.teacher)).slice(0, 3)).toEqual([4, 4, 4])
    expect((await read(found.student)).slice(0, 3)).toEqual([4, 4, 4])
    const gradient = await read(gradientOf(found.teacher, student))
    expect(gradient.slice(0, 9).map(Math.abs)).toEqual(new Array(9).fill(0))
    expect(gradient.slice(9).every((value) => Number.isFinite(value) && value !== 0)).toBe(true)
  })

  it('should stay finite and keep its precision at extreme logits', async () => {
    const student = matrix([
      [1e6, 0, -1e6],
      [1e-4, 0, 0],
      [1, -1, 0],
      [3e5, 1e5, 0],
    ])
    const teacher = matrix([
      [1, 0, 0],
      [1e5, -1e5, 0],
      [-1e7, 0, 1e7],
      [1e5, 3e5, 1e5],
    ])
    const { student: forStudent, teacher: forTeacher } = exactTemperatures(student, teacher)
    const scaled = [student.divide(forStudent), teacher.divide(forTeacher)]
    const [ofStudent, ofTeacher] = await Promise.all(scaled.map((z) => read(centredSharpness(z))))
    ofStudent.forEach((value, i) => {
      expectClose([ofTeacher[i]], [value], 1e-12)
    })
    for (const x of [student, teacher]) {
      expect((await read(gradientOf(forStudent, x))).every(Number.isFinite)).toBe(true)
    }
  })

  it('should have the gradient of the implicit function theorem', async () => {
    const pair = { teacher: [5, 1, -2, 0.5], student: [2, 1.5, -1, 0] }
    const student = matrix([pair.student])
    const gradient = await read(
      gradientOf(exactTemperatures(student, matrix([pair.teacher])).teacher, student),
    )
    const [forTeacher, forStudent] = await temperaturesOf(pair)
    const centre = (row: number[]) => row.map((value) => value - row.reduce((a, b) => a + b) / row.length)
    const under = (row: number[], temperature: number) => {
      const scaled = centre(row).map((value) => value / temperature)
      const weights = scaled.map((value) => Math.exp(value - logSumExp(scaled)))
      return { weights, mean: weights.reduce((sum, weight, i) => sum + weight * scaled[i], 0) }
    }
    const [p, q] = [under(pair.teacher, forTeacher), under(pair.student, forStudent)]
    // f(δ, v) = S(u / (τ + δ)) − S(v / (τ − δ)): dδ/dvᵢ = −(∂f/∂vᵢ) / (∂f/∂δ), v being centred.
    const slope = -p.mean / forTeacher - q.mean / forStudent
    expectClose(
      gradient,
      q.weights.map((weight) => (weight - 1 / 4) / forStudent / slope),
    )
  })

  it('should pass the gradient check, first and second order', async () => {
    const student = matrix([
      [2, 1.5, -1, 0],
      [0.2, -0.1, 0.4, 0],
      [1, -2, -2, -3],
    ])
    const teacher = matrix([
      [5, 1, -2, 0.5],
      [-4, 3, 3.5, 0],
      [6, 1, 1, 0],
    ])
    const both = (v: Tensor, u: Tensor) => {
      const found = exactTemperatures(v, u)
      return add(multiply(found.teacher, 0.3), multiply(found.student, found.student))
    }
    await gradientCheck(both, [student, teacher])
  })

  it('should refuse a single class', () => {
    expect(() => exactTemperatures(matrix([[1]]), matrix([[2]]))).toThrow(
      'exactTemperatures: expected student and teacher logits of one shape [N, K] with K ≥ 2, got [1, 1] and [1, 1]',
    )
  })
})

function gradientOf(x: Tensor, source: Tensor): Tensor {
  return grad(x.sum(), [source])[0]
}
