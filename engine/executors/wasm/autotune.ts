import { i32 } from './assembler/instructions.ts'
import { assemble, FunctionBuilder, newMemory } from './assembler/module.ts'
import { bytesPerElement } from './kernels/lanes.ts'
import { advance } from './kernels/pointers.ts'
import { type Shape2d, Tile } from './kernels/tile.ts'

/**
 * Returns the faster tile on this machine: 6×8 fills the registers of 128 bits, 6×16 those of 256 bits. Short trials
 * alternate and the best time of each counts, so that other load on the machine does not distort the choice.
 */
export function fastestTile(
  relaxedSimd: boolean,
  revectorize: boolean,
): { revectorize: boolean; tile: Shape2d } {
  const narrow: Shape2d = { rows: 6, columns: 8 }
  const wide: Shape2d = { rows: 6, columns: 16 }
  if (!revectorize) return { revectorize, tile: narrow }
  const trials = [narrow, wide].map((shape) => ({
    run: productTrial(shape, relaxedSimd),
    shortest: Infinity,
  }))
  for (let round = 0; round < 30; round++) {
    for (const trial of trials) {
      const start = performance.now()
      trial.run()
      trial.shortest = Math.min(trial.shortest, performance.now() - start)
    }
  }
  // An iteration of the wide tile does twice the work.
  const isFaster = trials[1].shortest < 1.8 * trials[0].shortest
  return { revectorize: isFaster, tile: isFaster ? wide : narrow }
}

/** Returns a function that runs tile products on operands in the first-level cache. */
function productTrial(shape: Shape2d, relaxedSimd: boolean): () => void {
  const depth = 128
  const [columnBytes, rowBytes] = [bytesPerElement, shape.columns * bytesPerElement]
  const builder = new FunctionBuilder(0)
  const [column, row] = [builder.local('i32'), builder.local('i32')]
  const tile = new Tile(builder, shape, { relaxedSimd })
  builder.loop(50, 1, () => {
    tile.clear()
    builder.emit(column.set(i32.const(0)), row.set(i32.const(4096)))
    builder.loop(depth, 1, () => {
      tile.addProduct(column.get, (i) => i * depth * columnBytes, row.get)
      builder.emit(advance(column, columnBytes), advance(row, rowBytes))
    })
    tile.store(i32.const(32768), (i) => i * rowBytes)
  })
  const memory = newMemory(true)
  const module = new WebAssembly.Module(assemble({ imports: [], functions: [builder] }))
  return new WebAssembly.Instance(module, { env: { memory } }).exports['0'] as () => void
}
