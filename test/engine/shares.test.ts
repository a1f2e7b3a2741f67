import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Code } from '../../engine/executors/wasm/assembler/encoding.ts'
import { control, i32 } from '../../engine/executors/wasm/assembler/instructions.ts'
import { assemble, FunctionBuilder, newMemory } from '../../engine/executors/wasm/assembler/module.ts'
import { forUnits } from '../../engine/executors/wasm/kernels/kernelCode.ts'
import { Shares, shareOf } from '../../engine/executors/wasm/threads/shares.ts'
import { ThreadPool } from '../../engine/executors/wasm/threads/threadPool.ts'

const anyUnits = fc.integer({ min: 0, max: 300 })
const anyThreads = fc.integer({ min: 1, max: 17 })

describe('the shares of a launch', () => {
  it('should be even and cover all units', () => {
    fc.assert(
      fc.property(anyUnits, anyThreads, (units, threads) => {
        const shares = Array.from({ length: threads }, (_, thread) => shareOf(units, thread, threads))
        const ends = shares.map(({ first, length }) => first + length)
        expect(shares.map(({ first }) => first)).toEqual([0, ...ends.slice(0, -1)])
        expect(ends.at(-1)).toBe(units)
        const lengths = shares.map(({ length }) => length)
        expect(Math.max(...lengths) - Math.min(...lengths)).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('should be taken once, in any order of the threads, and anew in the next run', () => {
    const turns = fc.infiniteStream(fc.nat())
    fc.assert(
      fc.property(anyUnits, anyThreads, turns, (units, threads, turn) => {
        const all = new Shares(2, threads)
        for (const launch of [0, 1, 0]) {
          if (launch === 0) all.reset()
          const counts = new Uint8Array(units)
          const open = new Set(Array.from({ length: threads }, (_, thread) => thread))
          while (open.size > 0) {
            const owner = [...open][turn.next().value! % open.size]
            const piece = all.take(launch, owner, shareOf(units, owner, threads))
            if (piece === undefined) open.delete(owner)
            else for (let unit = piece.first; unit < piece.first + piece.length; unit++) counts[unit]++
          }
          expect(counts.every((count) => count === 1)).toBe(true)
        }
      }),
    )
  })
})

describe('a thread that is done with its share', () => {
  const units = 8
  const lastUnit = units - 1

  /** Each unit notes its thread, but those of the second thread first wait until somebody has done the last unit. */
  function waitingKernel(): FunctionBuilder {
    const builder = new FunctionBuilder(3)
    const thread = builder.parameter(2)
    const [patience, note] = [builder.local('i32'), builder.local('i32')]
    const noteOf = (unit: number) => i32.const(unit * 4)
    const atomicLoad = (pointer: Code): Code => [pointer, 0xfe, 0x10, 2, 0]
    const wait = builder.block(() => {
      builder.emit(
        patience.set(i32.const(1 << 30)),
        control.doWhile(
          builder.block(() =>
            builder.emit(
              note.set(atomicLoad(noteOf(lastUnit))),
              patience.set(i32.sub(patience.get, i32.const(1))),
            ),
          ),
          i32.and(i32.eq(note.get, i32.const(0)), i32.ne(patience.get, i32.const(0))),
        ),
      )
    })
    builder.emit(control.if(thread.get, wait, []))
    forUnits(builder, (unit) => {
      builder.emit(i32.store(i32.mul(unit.get, i32.const(4)), i32.add(thread.get, i32.const(1))))
    })
    return builder
  }

  it('should help the others', async () => {
    const memory = newMemory(true)
    const pool = new ThreadPool(memory, 2)
    const module = await WebAssembly.compile(assemble({ imports: [], functions: [waitingKernel()] }))
    const program = await pool.load(module, [
      { name: 'waiting', code: 0, units, wholeShares: false, needsBarrier: false, values: [] },
    ])
    const notes = new Int32Array(memory.buffer, 0, units)
    // The first trial is on one thread, the second on all.
    pool.run(program, new Uint32Array())
    expect([...notes]).toEqual(new Array(units).fill(1))
    notes.fill(0)
    pool.run(program, new Uint32Array())
    expect(notes.every((note) => note > 0)).toBe(true)
    expect(notes[lastUnit]).toBe(1)
  })
})
