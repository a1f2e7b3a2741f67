import { i32 } from '../engine/executors/wasm/assembler/instructions.ts'
import { assemble } from '../engine/executors/wasm/assembler/module.ts'
import { beginKernel, forUnits, type KernelCode } from '../engine/executors/wasm/kernels/kernelCode.ts'
import { bytesPerElement, laneCount, loadLanes, storeLanes } from '../engine/executors/wasm/kernels/lanes.ts'
import { advance, at } from '../engine/executors/wasm/kernels/pointers.ts'
import { Tile } from '../engine/executors/wasm/kernels/tile.ts'
import type { EngineModes } from '../engine/executors/wasm/modes.ts'
import { ThreadPool } from '../engine/executors/wasm/threads/threadPool.ts'

/** The peak speed of all threads together in WebAssembly, under the current load. */
export interface Peaks {
  /** 10⁹ multiplications and additions per second, on data in the L1 cache. */
  readonly gigaflops: number
  /** 10⁹ bytes read and written per second, in memory outside all caches. */
  readonly gigabytes: number
}

export async function measurePeaks(modes: EngineModes): Promise<Peaks> {
  return { gigaflops: await peakOfProducts(modes), gigabytes: await peakOfCopies(modes) }
}

/**
 * Each thread multiplies and adds a tile that it holds in registers.
 *
 *     for each thread            (the unit)
 *       for each iteration
 *         for each k: tile += column[k] ⊗ row
 */
async function peakOfProducts({
  relaxedSimd,
  tile: { rows, columns },
  threads,
}: EngineModes): Promise<number> {
  const [depth, iterations] = [128, 4000]
  const code = beginKernel([], threads)
  const { builder } = code
  const [base, column, row] = [builder.local('i32'), builder.local('i32'), builder.local('i32')]
  const [columnBytes, rowBytes] = [bytesPerElement, columns * bytesPerElement]
  const tile = new Tile(builder, { rows, columns }, { relaxedSimd })
  forUnits(builder, (unit) => {
    builder.emit(base.set(at(i32.const(0), [unit, bytesOfUnit])))
    builder.loop(iterations, 1, () => {
      tile.clear()
      builder.emit(column.set(base.get), row.set(i32.add(base.get, i32.const(4096))))
      builder.loop(depth, 1, () => {
        tile.addProduct(column.get, (i) => i * depth * columnBytes, row.get)
        builder.emit(advance(column, columnBytes))
      })
      tile.store(base.get, (i) => 8192 + i * rowBytes)
    })
  })
  const flops = 2 * rows * columns * depth * iterations * threads
  return flops / 1e6 / (await shortestRun(code, threads))
}

const bytesPerPage = 65536
const bytesOfUnit = bytesPerPage

/** Each thread copies its part of 128 MiB, vector by vector. */
async function peakOfCopies({ threads }: EngineModes): Promise<number> {
  const bytes = bytesPerPage * Math.floor(2048 / threads)
  const vectors = 8
  const code = beginKernel([], threads)
  const { builder } = code
  const [from, to] = [builder.local('i32'), builder.local('i32')]
  const vectorBytes = laneCount * bytesPerElement
  forUnits(builder, (unit) => {
    builder.emit(from.set(at(i32.const(0), [unit, 2 * bytes])), to.set(i32.add(from.get, i32.const(bytes))))
    builder.loop(bytes / (vectors * vectorBytes), 1, () => {
      for (let i = 0; i < vectors; i++) {
        const vector = loadLanes(from.get, i * vectorBytes, bytesPerElement, laneCount)
        builder.emit(storeLanes(to.get, i * vectorBytes, bytesPerElement, laneCount, vector))
      }
      builder.emit(advance(from, vectors * vectorBytes), advance(to, vectors * vectorBytes))
    })
  })
  return (2 * bytes * threads) / 1e6 / (await shortestRun(code, threads, 2 * bytes))
}

/** Returns the milliseconds of the shortest of several runs by a thread pool, because of other load on the machine. */
async function shortestRun(code: KernelCode, threads: number, bytes = bytesOfUnit): Promise<number> {
  const pages = (bytes * threads) / bytesPerPage
  const memory = new WebAssembly.Memory({ initial: pages, maximum: 65536, shared: true })
  // Unwritten pages all map to one zero page, which a cache holds.
  new Uint8Array(memory.buffer).fill(1)
  const pool = new ThreadPool(memory, threads)
  const bytesOfModule = assemble({ imports: [], functions: [code.builder] })
  const { units, wholeShares } = code
  const launches = [{ name: 'peak', code: 0, units, wholeShares, needsBarrier: false, values: [] }]
  const program = await pool.load(await WebAssembly.compile(bytesOfModule), launches)
  let shortest = Number.POSITIVE_INFINITY
  for (let run = 0; run < 30; run++) {
    const start = performance.now()
    pool.run(program, new Uint32Array())
    shortest = Math.min(shortest, performance.now() - start)
  }
  return shortest
}
