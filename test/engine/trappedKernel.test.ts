import { describe, expect, it } from 'vitest'
import { i32 } from '../../engine/executors/wasm/assembler/instructions.ts'
import { assemble, FunctionBuilder, newMemory } from '../../engine/executors/wasm/assembler/module.ts'
import { ThreadPool } from '../../engine/executors/wasm/threads/threadPool.ts'

const threads = 3

/** A kernel with one unit for each thread that divides by zero on this one, but not if one thread runs all units. */
function failingOn(thread: number): Promise<WebAssembly.Module> {
  const builder = new FunctionBuilder(3)
  const [first, end] = [builder.parameter(0), builder.parameter(1)]
  const quotient = builder.local('i32')
  const share = i32.add(i32.mul(first.get, i32.const(10)), end.get)
  const ofThread = i32.const(10 * thread + thread + 1)
  builder.emit(quotient.set(i32.div_u(i32.const(1), i32.sub(share, ofThread))))
  return WebAssembly.compile(assemble({ imports: [], functions: [builder] }))
}

const launch = (name: string, needsBarrier: boolean) => ({
  name,
  code: 0,
  units: threads,
  wholeShares: true,
  needsBarrier,
  values: [],
})

describe('a kernel that traps', () => {
  it.each([0, 1, 2])('should fail the run, and later ones, if it does on thread %i', async (thread) => {
    const pool = new ThreadPool(newMemory(true), threads)
    const launches = [launch('first', false), launch('second', true)]
    const program = await pool.load(await failingOn(thread), launches)
    const run = () => pool.run(program, new Uint32Array())
    // The first trial is on one thread, the second on all.
    run()
    const where = thread === 0 ? ': RuntimeError: divide by zero' : ' on another thread'
    expect(run).toThrow(`wasm: the kernel 'first' failed${where}`)
    expect(run).toThrow(`wasm: the kernel 'first' failed${where}`)
    // The other threads are back at their messages.
    await pool.load(await failingOn(thread), launches)
  })
})
