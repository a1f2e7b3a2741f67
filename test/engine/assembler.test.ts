import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Bytes, type Code, flatten } from '../../engine/executors/wasm/assembler/encoding.ts'

const byte = fc.integer({ min: 0, max: 255 })
const { tree } = fc.letrec<{ tree: Code }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4 },
    byte,
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie('tree'), { maxLength: 6 }),
  ),
}))

/** Returns the bytes of a tree, in order. */
function bytesOf(code: Code): number[] {
  return typeof code === 'number' ? [code] : [...code].flatMap(bytesOf)
}

describe('the bytes of code', () => {
  it('should be those of the tree, in order', () => {
    fc.assert(
      fc.property(tree, (code) => {
        expect([...flatten(code)]).toEqual(bytesOf(code))
      }),
    )
  })

  it('should be what remains of all that was appended, whatever was cut between', () => {
    const steps = fc.array(fc.record({ code: tree, kept: fc.option(fc.nat(400)) }), { maxLength: 12 })
    fc.assert(
      fc.property(steps, (steps) => {
        const bytes = new Bytes()
        const expected: number[] = []
        for (const { code, kept } of steps) {
          bytes.append(code)
          expected.push(...bytesOf(code))
          if (kept !== null && kept <= expected.length) {
            expect([...bytes.cut(kept)]).toEqual(expected.splice(kept))
          }
          expect(bytes.length).toBe(expected.length)
        }
        expect([...bytes.copy()]).toEqual(expected)
      }),
    )
  })
})
