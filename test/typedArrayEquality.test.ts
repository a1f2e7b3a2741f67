import fc from 'fast-check'
import { expect, it } from 'vitest'

const types = [Float32Array, Float64Array, Int32Array, Uint8Array, Buffer]
const special = fc.constantFrom(0, -0, 1, Number.NaN, Number.POSITIVE_INFINITY)

it('should find typed arrays equal if and only if their types and the lists of their elements are', () => {
  const arrays = fc
    .tuple(fc.constantFrom(...types), fc.array(special, { maxLength: 2 }))
    .map(([type, values]) => ({ name: type.name, array: type.from(values) }))
  fc.assert(
    fc.property(arrays, arrays, (a, b) => {
      const areEqual = isAccepted(() => expect([a.name, ...a.array]).toEqual([b.name, ...b.array]))
      expect(isAccepted(() => expect({ x: a.array }).toEqual({ x: b.array }))).toBe(areEqual)
      expect(isAccepted(() => expect(a.array).toStrictEqual(b.array))).toBe(areEqual)
    }),
    { numRuns: 500 },
  )
})

function isAccepted(assertion: () => void): boolean {
  try {
    assertion()
    return true
  } catch {
    return false
  }
}
