import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { grad } from '../../engine/index.ts'
import { type DynamicTemperatureOptions, dynamicTemperatures, sharpness } from '../../kd/index.ts'
import { divergence, expectClose, logitPair, matrix, type Pair, read, softmax, soundPair } from './numbers.ts'

const temperatureArb = fc.integer({ min: 1, max: 64 }).map((quarters) => quarters / 4)

/** [T_teacher, T_student, guarded] of one row. */
async function temperaturesOf({ student, teacher }: Pair, options: DynamicTemperatureOptions = {}) {
  const found = dynamicTemperatures(matrix([student]), matrix([teacher]), options)
  return [await read(found.teacher), await read(found.student), await read(found.guarded)].flat()
}

const scaled = (row: readonly number[], factor: number) => row.map((value) => value * factor)
const largest = (row: readonly number[]) => Math.max(...row)

describe('the published temperatures of rows with positive maxima', () => {
  it('should be 2 x τ / (x + y) and 2 y τ / (x + y), their mean τ, both in (0, 2 τ), no row guarded', () =>
    fc.assert(
      fc.asyncProperty(soundPair(), temperatureArb, async (pair, referenceTemperature) => {
        const [x, y] = [largest(pair.teacher), largest(pair.student)]
        const [forTeacher, forStudent, guarded] = await temperaturesOf(pair, { referenceTemperature })
        expectClose(
          [forTeacher, forStudent],
          [x, y].map((m) => (2 * m * referenceTemperature) / (x + y)),
        )
        expectClose([forTeacher + forStudent], [2 * referenceTemperature])
        expect(Math.min(forTeacher, forStudent)).toBeGreaterThan(0)
        expect(Math.sign(forTeacher - forStudent)).toBe(Math.sign(x - y))
        expect(guarded).toBe(0)
      }),
    ))

  it('should make the scaled maxima equal: x / T_teacher = y / T_student = (x + y) / 2 τ', () =>
    fc.assert(
      fc.asyncProperty(soundPair(), async (pair) => {
        const [x, y] = [largest(pair.teacher), largest(pair.student)]
        const [forTeacher, forStudent] = await temperaturesOf(pair)
        expectClose([x / forTeacher, y / forStudent], [(x + y) / 8, (x + y) / 8])
      }),
    ))

  it('should have a product of at most τ², reached only where the maxima are equal', () =>
    fc.assert(
      fc.asyncProperty(soundPair(), async (pair) => {
        const [x, y] = [largest(pair.teacher), largest(pair.student)]
        const [forTeacher, forStudent] = await temperaturesOf(pair)
        expectClose([forTeacher * forStudent], [16 * ((4 * x * y) / (x + y) ** 2)])
        if (x === y) expect([forTeacher, forStudent]).toEqual([4, 4])
        else expect(forTeacher * forStudent).toBeLessThan(16)
      }),
    ))

  it('should not change when both networks are scaled together, and scale with τ', () =>
    fc.assert(
      fc.asyncProperty(soundPair(), fc.integer({ min: 1, max: 9 }), async (pair, c) => {
        const before = await temperaturesOf(pair)
        const together = { student: scaled(pair.student, c), teacher: scaled(pair.teacher, c) }
        expectClose(await temperaturesOf(together), before)
        const [forTeacher, forStudent] = await temperaturesOf(pair, { referenceTemperature: 4 * c })
        expectClose([forTeacher, forStudent], scaled(before.slice(0, 2), c))
      }),
    ))

  it('should not depend on the order of classes on either side, and swap when the sides do', () =>
    fc.assert(
      fc.asyncProperty(soundPair(), async ({ student, teacher }) => {
        const [forTeacher, forStudent] = await temperaturesOf({ student, teacher })
        const permuted = { student: student.toReversed(), teacher: teacher.toSorted((a, b) => a - b) }
        expect((await temperaturesOf(permuted)).slice(0, 2)).toEqual([forTeacher, forStudent])
        const swapped = await temperaturesOf({ student: teacher, teacher: student })
        expectClose(swapped.slice(0, 2), [forStudent, forTeacher])
      }),
    ))

  it('should not depend on the other rows of the batch', () =>
    fc.assert(
      fc.asyncProperty(soundPair(), async ({ student, teacher }) => {
        const [alone] = await temperaturesOf({ student, teacher })
        const batch = dynamicTemperatures(matrix([student, teacher]), matrix([teacher, student]))
        expect((await read(batch.teacher))[0]).toBe(alone)
      }),
    ))

  it('should change with a shift of both: δ = τ (x − y) / (x + y + 2 c)', () =>
    fc.assert(
      fc.asyncProperty(soundPair(), fc.integer({ min: 0, max: 50 }), async ({ student, teacher }, c) => {
        const [x, y] = [largest(teacher), largest(student)]
        const shift = (row: number[]) => row.map((value) => value + c)
        const [forTeacher] = await temperaturesOf({ student: shift(student), teacher: shift(teacher) })
        expectClose([forTeacher], [4 + (4 * (x - y)) / (x + y + 2 * c)])
      }),
    ))

  it('should leave the sharpness gap ln(max q / max p), at most ln K', () =>
    fc.assert(
      fc.asyncProperty(soundPair(), async ({ student, teacher }) => {
        const [forTeacher, forStudent] = await temperaturesOf({ student, teacher })
        const [u, v] = [scaled(teacher, 1 / forTeacher), scaled(student, 1 / forStudent)]
        const [ofTeacher, ofStudent] = await read(sharpness(matrix([u, v])))
        const gap = Math.log(largest(softmax(v)) / largest(softmax(u)))
        expectClose([ofTeacher - ofStudent], [gap], 1e-9)
        expect(Math.abs(gap)).toBeLessThanOrEqual(Math.log(student.length) + 1e-12)
      }),
    ))

  it('should make the distributions equal where one row of logits is a positive multiple of the other', () =>
    fc.assert(
      fc.asyncProperty(soundPair(), fc.integer({ min: 1, max: 40 }), async ({ teacher }, eighths) => {
        const student = scaled(teacher, eighths / 8)
        const [forTeacher, forStudent] = await temperaturesOf({ student, teacher })
        const p = softmax(scaled(teacher, 1 / forTeacher))
        expectClose([divergence(p, softmax(scaled(student, 1 / forStudent)))], [0], 1e-9)
      }),
    ))
})

describe('guards', () => {
  const cases = {
    negative: { teacher: [-3, -4], student: [-1, -2] },
    studentNegative: { teacher: [3, -1], student: [-1, -2] },
    teacherLower: { teacher: [1, -1], student: [-3, -4] },
    cancelling: { teacher: [2, 1], student: [-2, -3] },
    zeroMaximum: { teacher: [0, -1], student: [2, 1] },
    bothZero: { teacher: [0, -1], student: [0, -2] },
    zeros: { teacher: [0, 0], student: [0, 0] },
    constantTeacher: { teacher: [2, 2], student: [3, 1] },
    sound: { teacher: [2, 1], student: [1, 0] },
  } satisfies Record<string, Pair>
  type Expected = Partial<Record<keyof typeof cases, number[]>>

  /** [T_teacher, T_student, guarded] at τ = 4. */
  const table: Record<NonNullable<DynamicTemperatureOptions['guard']>, Expected> = {
    none: {
      negative: [6, 2, 0],
      studentNegative: [12, -4, 0],
      teacherLower: [-4, 12, 0],
      cancelling: [Infinity, -Infinity, 0],
      zeroMaximum: [0, 8, 0],
      bothZero: [Number.NaN, Number.NaN, 0],
      sound: [16 / 3, 8 / 3, 0],
    },
    fallback: {
      negative: [6, 2, 0],
      studentNegative: [4, 4, 1],
      teacherLower: [4, 4, 1],
      cancelling: [4, 4, 1],
      zeroMaximum: [4, 4, 1],
      bothZero: [4, 4, 1],
      zeros: [4, 4, 1],
      constantTeacher: [3.2, 4.8, 0],
      sound: [16 / 3, 8 / 3, 0],
    },
    clamp: {
      negative: [4, 4, 1],
      studentNegative: [7.6, 0.4, 1],
      teacherLower: [7.6, 0.4, 1],
      cancelling: [7.6, 0.4, 1],
      zeroMaximum: [0.4, 7.6, 1],
      zeros: [4, 4, 1],
      sound: [16 / 3, 8 / 3, 0],
    },
    absolute: {
      negative: [16 / 3, 8 / 3, 0],
      studentNegative: [4.8, 3.2, 0],
      teacherLower: [1.6, 6.4, 0],
      zeroMaximum: [8 / 3, 16 / 3, 0],
      zeros: [4, 4, 1],
      sound: [16 / 3, 8 / 3, 0],
    },
    centre: {
      negative: [4, 4, 0],
      studentNegative: [6.4, 1.6, 0],
      zeros: [4, 4, 1],
      constantTeacher: [4, 4, 1],
      sound: [4, 4, 0],
    },
  }

  for (const guard of ['none', 'fallback', 'clamp', 'absolute', 'centre'] as const) {
    for (const [name, expected] of Object.entries(table[guard])) {
      it(`should give ${expected} under '${guard}' where the case is ${name}`, async () => {
        const found = await temperaturesOf(cases[name as keyof typeof cases], { guard })
        found.forEach((value, i) => {
          if (Number.isFinite(expected[i])) expect(value).toBeCloseTo(expected[i], 12)
          else expect(value).toBe(expected[i])
        })
      })
    }
  }

  it('should give the very bits of the bare formula under fallback in rows that are not guarded', () =>
    fc.assert(
      fc.asyncProperty(fc.array(logitPair(), { minLength: 1, maxLength: 5 }), async (pairs) => {
        for (const pair of pairs) {
          const [forTeacher, forStudent, guarded] = await temperaturesOf(pair)
          const bare = (await temperaturesOf(pair, { guard: 'none' })).slice(0, 2)
          const sound = bare.every((temperature) => temperature > 0 && temperature < 8)
          expect(guarded).toBe(sound ? 0 : 1)
          expect([forTeacher, forStudent]).toEqual(sound ? bare : [4, 4])
        }
      }),
    ))

  it('should give two temperatures in (0, 2 τ) with the mean τ under every guard but none, whatever the signs', () =>
    fc.assert(
      fc.asyncProperty(logitPair(), async (pair) => {
        for (const guard of ['fallback', 'clamp', 'absolute', 'centre'] as const) {
          const [forTeacher, forStudent] = await temperaturesOf(pair, { guard })
          expect(Math.min(forTeacher, forStudent)).toBeGreaterThan(0)
          expectClose([forTeacher + forStudent], [8])
        }
      }),
    ))

  it('should not change with a shift of either side under centre', () =>
    fc.assert(
      fc.asyncProperty(logitPair(), fc.integer(), fc.integer(), async ({ student, teacher }, a, b) => {
        const [c, d] = [a % 1024, b % 1024]
        const shifted = { student: student.map((v) => v + c), teacher: teacher.map((u) => u + d) }
        expectClose(
          await temperaturesOf(shifted, { guard: 'centre' }),
          await temperaturesOf({ student, teacher }, { guard: 'centre' }),
        )
      }),
    ))

  it('should keep gradients finite in guarded rows, and at zero where the row falls back', async () => {
    const rows = Object.values(cases)
    for (const guard of ['fallback', 'clamp', 'absolute', 'centre'] as const) {
      const student = matrix(rows.map((pair) => pair.student))
      const teacher = matrix(rows.map((pair) => pair.teacher))
      const found = dynamicTemperatures(student, teacher, { guard })
      const gradient = await read(grad(found.student.multiply(found.teacher).sum(), [student])[0])
      expect(gradient.every(Number.isFinite)).toBe(true)
      if (guard === 'clamp') continue
      const guarded = await read(found.guarded)
      expect(guarded).toContain(1)
      guarded.forEach((flag, row) => {
        if (flag === 1) expect(gradient.slice(2 * row, 2 * row + 2).map(Math.abs)).toEqual([0, 0])
      })
    }
  })

  it('should send the gradient to the first maximum, and nowhere when detached', async () => {
    const student = matrix([[2, 2, 1]])
    const { teacher } = dynamicTemperatures(student, matrix([[4, 1, 0]]))
    // dT_teacher / dy = −2 τ x / (x + y)².
    expectClose(await read(grad(teacher.sum(), [student])[0]), [-32 / 36, 0, 0])
    expectClose(await read(grad(teacher.detach().sum(), [student])[0]), [0, 0, 0])
  })

  it('should refuse an unknown guard, a temperature of 0 and rows that do not fit', () => {
    const x = matrix([[1, 2]])
    const unknown = { guard: 'hope' } as object
    expect(() => dynamicTemperatures(x, x, unknown)).toThrow(
      "dynamicTemperatures: expected option guard to be one of fallback, clamp, absolute, centre, none, got 'hope'",
    )
    expect(() => dynamicTemperatures(x, x, { referenceTemperature: 0 })).toThrow(
      'dynamicTemperatures: expected option referenceTemperature to be a finite number > 0, got 0',
    )
    expect(() => dynamicTemperatures(x, matrix([[1, 2, 3]]))).toThrow(
      'dynamicTemperatures: expected student and teacher logits of one shape [N, K] with K ≥ 2, got [1, 2] and [1, 3]',
    )
  })
})
