import type { Argument } from '../../executor.ts'
import type { InvariantPart } from '../../plan/invariants.ts'
import type { WasmStorage } from './memory/storage.ts'

/** Which invariant parts of a program have to run: those of whose inputs one has changed since they last ran. */
export class Freshness {
  readonly #parts: readonly InvariantPart[]
  /** For each part, the versions of its inputs when it last ran; undefined if its results are not there. */
  #versions: (readonly number[] | undefined)[] = []

  constructor(parts: readonly InvariantPart[]) {
    this.#parts = parts
  }

  /** Forgets all results, because their memory is gone. */
  forget(): void {
    this.#versions = []
  }

  /** Calls `run` with the numbers of the parts that have to run. If it throws, these have no results. */
  renew(inputs: readonly Argument[], run: (stale: readonly number[]) => void): void {
    const current = this.#parts.map((part) =>
      part.inputs.map((input) => (inputs[input] as WasmStorage).version),
    )
    const stale = current.flatMap((versions, part) => (equal(versions, this.#versions[part]) ? [] : [part]))
    for (const part of stale) this.#versions[part] = undefined
    run(stale)
    for (const part of stale) this.#versions[part] = current[part]
  }
}

function equal(versions: readonly number[], others: readonly number[] | undefined): boolean {
  return others !== undefined && versions.every((version, i) => version === others[i])
}
