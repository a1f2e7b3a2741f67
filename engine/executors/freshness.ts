import type { InvariantPart } from '../plan/invariants.ts'

/** A run of a program: the numbers of the parts that it has to include, and what to call when it has. */
interface Renewal {
  readonly stale: readonly number[]
  readonly done: () => void
}

/** Which invariant parts of a program have to run: those of whose inputs one has changed since they last ran. */
export class Freshness {
  readonly #parts: readonly Pick<InvariantPart, 'inputs'>[]
  /** For each part, the versions of its inputs when it last ran; undefined if its results are not there. */
  #versions: (readonly number[] | undefined)[] = []

  constructor(parts: readonly Pick<InvariantPart, 'inputs'>[]) {
    this.#parts = parts
  }

  /** Forgets all results, because their memory is gone. */
  forget(): void {
    this.#versions = []
  }

  /**
   * Begins a run with these versions of its inputs: numbers that change with their elements. Until it is done, the parts that
   * it includes have no results.
   */
  begin(versionOf: (input: number) => number): Renewal {
    const current = this.#parts.map(({ inputs }) => inputs.map(versionOf))
    const stale = current.flatMap((versions, part) => (equal(versions, this.#versions[part]) ? [] : [part]))
    for (const part of stale) this.#versions[part] = undefined
    const done = () => {
      for (const part of stale) this.#versions[part] = current[part]
    }
    return { stale, done }
  }
}

function equal(versions: readonly number[], others: readonly number[] | undefined): boolean {
  return others !== undefined && versions.every((version, i) => version === others[i])
}
