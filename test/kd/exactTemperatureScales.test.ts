import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  grad,
  openExecutor,
  RandomStream,
  realize,
  streamKey,
  tensor,
  useExecutor,
} from '../../engine/index.ts'
import { exactTemperatures } from '../../kd/index.ts'
import { equallySharp } from './equalSharpness.ts'

/** Rows of K logits as networks and accidents make them, from normally distributed numbers and one in [0, 1). */
const rows: Readonly<Record<string, (normals: Float64Array, share: number) => Float64Array>> = {
  normal: (normals) => normals,
  'one class': (normals) => normals.map((_, i) => Number(i === 0)),
  'all classes but one': (normals) => normals.map((_, i) => -Number(i === 0)),
  'two values': (normals, share) => normals.map((_, i) => Number(i <= share * normals.length)),
  'a few far above': (normals) => normals.map((normal) => Math.exp(2 * normal)),
  'a few far below': (normals) => normals.map((normal) => -Math.exp(2 * normal)),
  'far from zero': (normals) => normals.map((normal) => 5 + normal / 1000),
  constant: (normals) => normals.fill(0.1),
}

const rowArb = fc.record({
  kind: fc.constantFrom(...Object.keys(rows)),
  share: fc.double({ min: 0, max: 0.99, noNaN: true }),
})

/** Beside sizes near 1 all that the type has, down to subnormal numbers. */
function exponentArb({ smallest, largest }: Range): fc.Arbitrary<number> {
  return fc.oneof(
    fc.double({ min: -4, max: 2, noNaN: true }),
    fc.double({ min: smallest, max: largest, noNaN: true }),
  )
}

interface Range {
  readonly smallest: number
  readonly largest: number
}

const types = {
  float32: {
    smallest: -45,
    largest: 30,
    unit: 2 ** -24,
    array: Float32Array,
    devices: ['reference', 'wasm'],
  },
  float64: { smallest: -323, largest: 290, unit: 2 ** -53, array: Float64Array, devices: ['reference'] },
} as const

const samples = 12

const cases = Object.entries(types).flatMap(([dtype, { devices }]) =>
  devices.map((device) => ({ dtype: dtype as keyof typeof types, device })),
)

describe.each(cases)('exactTemperatures of $dtype on $device', ({ dtype, device }) => {
  const { unit, array, ...range } = types[dtype]

  const batchArb = fc.record({
    seed: fc.nat(),
    classes: fc.constantFrom(2, 3, 100, 1000),
    referenceTemperature: fc.constantFrom(0.5, 4, 8),
    rows: fc.array(fc.tuple(rowArb, rowArb, exponentArb(range), exponentArb(range), fc.boolean()), {
      minLength: samples,
      maxLength: samples,
    }),
  })

  it('should be those of plain bisection at every scale, or be guarded, with finite gradients', async () => {
    useExecutor((await openExecutor(device)).executor)
    await fc.assert(
      fc.asyncProperty(batchArb, async ({ seed, classes, referenceTemperature, rows: drawn }) => {
        const stream = new RandomStream(streamKey(seed, 'rows'))
        const row = ({ kind, share }: { kind: string; share: number }, exponent: number) => {
          const normals = Float64Array.from({ length: classes }, () => stream.normal())
          return new array(rows[kind](normals, share).map((value) => value * 10 ** exponent))
        }
        // Sizes of one order, and any two.
        const students = drawn.map(([kind, , exponent]) => row(kind, exponent))
        const teachers = drawn.map(([, kind, near, far, isFar]) => row(kind, isFar ? far : near))
        const [student, teacher] = [students, teachers].map((all) =>
          tensor(new array(all.flatMap((values) => Array.from(values))), {
            shape: [samples, classes],
            dtype,
          }),
        )
        const found = exactTemperatures(student, teacher, { referenceTemperature })
        const gradients = grad(found.student.sum(), [student, teacher])
        await realize(found.student, found.teacher, found.guarded, ...gradients)
        for (const gradient of gradients)
          expect(Array.from(await gradient.data()).every(Number.isFinite)).toBe(true)
        const [ofStudent, ofTeacher, guarded] = await Promise.all(
          [found.student, found.teacher, found.guarded].map(async (column) =>
            Array.from(await column.data()),
          ),
        )
        for (let i = 0; i < samples; i++) {
          const sizes = [students[i], teachers[i]].map((values) => Math.max(...values) - Math.min(...values))
          if (guarded[i]) {
            expect([ofStudent[i], ofTeacher[i]]).toEqual([referenceTemperature, referenceTemperature])
            const smallest = dtype === 'float32' ? 2 ** -60 : 2 ** -500
            // The largest centred logit of K is at least the K-th part of how far they spread.
            expect(Math.min(...sizes) / Math.max(1, ...sizes)).toBeLessThan(2 * classes * smallest)
            continue
          }
          const expected = equallySharp([...students[i]], [...teachers[i]], referenceTemperature)
          // Sums of K numbers may be off by K roundings.
          const tolerance = (64 + classes) * unit
          expect(Math.abs(ofStudent[i] / expected.student - 1)).toBeLessThan(tolerance)
          expect(Math.abs(ofTeacher[i] / expected.teacher - 1)).toBeLessThan(tolerance)
        }
      }),
      { numRuns: 6, endOnFailure: true },
    )
  })
})

describe('exactTemperatures of small float32 logits on wasm', () => {
  it('should solve K = 1,000, τ = 8 for largest centred logits of 0.011 and 0.0006', async () => {
    useExecutor((await openExecutor('wasm')).executor)
    const stream = new RandomStream(streamKey(1, 'rows'))
    const drawn = [0.011, 0.0006].map((size) => {
      const normals = Float64Array.from({ length: 1000 }, () => stream.normal())
      return Float32Array.from(normals, (normal) => (normal * size) / Math.max(...normals))
    })
    const [teacher, student] = drawn.map((row) => tensor(row, { shape: [1, 1000] }))
    const found = exactTemperatures(student, teacher, { referenceTemperature: 8 })
    const expected = equallySharp([...drawn[1]], [...drawn[0]], 8)
    expect(await found.guarded.item()).toBe(0)
    expect((await found.student.item()) / expected.student).toBeCloseTo(1, 4)
  })
})
