import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { i32 } from '../../engine/executors/wasm/assembler/instructions.ts'
import { assemble, FunctionBuilder, newMemory } from '../../engine/executors/wasm/assembler/module.ts'
import { inEvenPieces, inPieces } from '../../engine/executors/wasm/kernels/tile.ts'

interface Piece {
  readonly offset: number
  readonly length: number
}

/** The pieces in the order in which the emitted code meets them: it writes them to memory, after their number. */
function piecesOf(emit: typeof inPieces, length: number, most: number, stride: number): Piece[] {
  const builder = new FunctionBuilder(0)
  const end = builder.local('i32')
  emit(builder, length, most, stride, (offset, piece) => {
    builder.emit(
      i32.store(end.get, offset.get, 4),
      i32.store(end.get, i32.const(piece), 8),
      end.set(i32.add(end.get, i32.const(8))),
    )
  })
  builder.emit(i32.store(i32.const(0), end.get))
  const memory = newMemory(false)
  const source = assemble({ imports: [], functions: [builder], sharedMemory: false })
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(source), { env: { memory } })
  ;(exports['0'] as () => void)()
  const [bytes, ...numbers] = new Int32Array(memory.buffer)
  return Array.from({ length: bytes / 8 }, (_, i) => ({ offset: numbers[2 * i], length: numbers[2 * i + 1] }))
}

const sizes = [
  fc.integer({ min: 1, max: 60 }),
  fc.integer({ min: 1, max: 8 }),
  fc.constantFrom(1, 4),
] as const

describe.each([
  { name: 'inPieces', emit: inPieces },
  { name: 'inEvenPieces', emit: inEvenPieces },
])('$name', ({ emit }) => {
  it('should cover a length by the fewest pieces, each where the last one ends', () =>
    fc.assert(
      fc.property(...sizes, (length, most, stride) => {
        const pieces = piecesOf(emit, length, most, stride)
        let covered = 0
        for (const piece of pieces) {
          expect(piece.offset).toBe(covered * stride)
          covered += piece.length
        }
        expect(covered).toBe(length)
        expect(pieces).toHaveLength(Math.ceil(length / most))
      }),
    ))
})

describe('inEvenPieces', () => {
  it('should cut pieces whose lengths differ by at most one', () =>
    fc.assert(
      fc.property(...sizes, (length, most, stride) => {
        const lengths = piecesOf(inEvenPieces, length, most, stride).map((piece) => piece.length)
        expect(Math.max(...lengths)).toBeLessThanOrEqual(most)
        expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1)
      }),
    ))
})
