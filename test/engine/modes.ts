import { wasm } from '../../engine/executors/wasm/index.ts'
import type { EngineModes } from '../../engine/executors/wasm/modes.ts'
import type { Executor } from '../../engine/index.ts'

/** The wasm executor, computing in a way of its own. */
export interface Mode {
  /** As in `wasm executor without Winograd`. */
  readonly name: string
  readonly differences: Partial<EngineModes>
  /** One executor for all tests of a file. */
  readonly open: () => Executor
}

function mode(name: string, differences: Partial<EngineModes>): Mode {
  let executor: Executor | undefined
  const open = () => (executor ??= wasm(differences))
  return { name: `wasm executor ${name}`.trim(), differences, open }
}

const narrow = { revectorize: false, tile: { rows: 6, columns: 8 } }
const wide = { revectorize: true, tile: { rows: 6, columns: 16 } }

/**
 * As it finds itself here, then with each mode as it may be elsewhere, then with none. V8's revectorizer is on or off for
 * a whole process, see `test/referenceWithoutModes.test.ts`; the code that it is given is that of the tile.
 */
export const modes: readonly Mode[] = [
  mode('', {}),
  mode('without relaxed SIMD', { relaxedSimd: false }),
  mode('with narrow tiles', narrow),
  mode('with wide tiles', wide),
  mode('without Winograd', { winograd: false }),
  mode('with F(2×2) wherever it can be', { winograd: 2 }),
  mode('with F(4×4) wherever it can be', { winograd: 4 }),
  mode('with one thread', { threads: 1 }),
  mode('with two threads', { threads: 2 }),
  mode('with all modes off', {
    relaxedSimd: false,
    ...narrow,
    winograd: false,
    threads: 1,
    sharedMemory: false,
  }),
]
