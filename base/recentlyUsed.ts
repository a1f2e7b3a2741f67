/** A map of at most `capacity` entries: a new one takes the place of the least recently used one. */
export class RecentlyUsed<Key, Value> {
  readonly #capacity: number
  readonly #dispose: (value: Value) => void
  /** In order of their last use. */
  readonly #entries = new Map<Key, Value>()

  /** `dispose` is called with each value that is evicted. */
  constructor(capacity: number, dispose: (value: Value) => void = () => {}) {
    this.#capacity = capacity
    this.#dispose = dispose
  }

  /** Returns the value of a key, if there is one; that is a use of it. */
  get(key: Key): Value | undefined {
    const value = this.#entries.get(key)
    if (value !== undefined) this.#touch(key, value)
    return value
  }

  /** Adds or replaces the value of a key. */
  set(key: Key, value: Value): void {
    this.#touch(key, value)
    if (this.#entries.size <= this.#capacity) return
    const [oldest, evicted] = this.#entries.entries().next().value!
    this.#entries.delete(oldest)
    this.#dispose(evicted)
  }

  delete(key: Key): void {
    this.#entries.delete(key)
  }

  #touch(key: Key, value: Value): void {
    this.#entries.delete(key)
    this.#entries.set(key, value)
  }
}
