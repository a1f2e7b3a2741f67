import type { Code } from '../../assembler/encoding.ts'
import { i32 } from '../../assembler/instructions.ts'
import type { FunctionBuilder, Local } from '../../assembler/module.ts'
import { advance } from '../pointers.ts'

/** Bytes that the cache loads at once on most machines. */
const cacheLine = 64

/**
 * Brings memory that will be read soon into the cache, by loading one number of each cache line: WebAssembly has no
 * instruction for it. The machine need not wait for these numbers, as it must for those of the transforms.
 */
export class Toucher {
  readonly #builder: FunctionBuilder
  readonly #address: Local
  /** Depends on all the numbers, so that no compiler leaves out their loads. */
  readonly #sum: Local

  constructor(builder: FunctionBuilder) {
    this.#builder = builder
    this.#address = builder.local('i32')
    this.#sum = builder.local('i32')
  }

  /** Emits loads from rows of `bytes` bytes, `rowBytes` apart, the first at `start`. */
  touch(start: Code, rows: number, rowBytes: number, bytes: number): void {
    const lines = Math.ceil(bytes / cacheLine)
    this.#builder.emit(this.#address.set(start))
    this.#builder.loop(rows, 1, () => {
      this.#builder.loop(lines, 1, () => {
        this.#builder.emit(
          this.#sum.set(i32.xor(this.#sum.get, i32.load(this.#address.get))),
          advance(this.#address, cacheLine),
        )
      })
      this.#builder.emit(advance(this.#address, rowBytes - lines * cacheLine))
    })
  }

  /** Emits the use of what was loaded, at the end of the kernel. `scratch` is memory that nothing reads any more. */
  end(scratch: Code): void {
    this.#builder.emit(i32.store(scratch, this.#sum.get))
  }
}
