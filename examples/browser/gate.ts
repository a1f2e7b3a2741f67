/** Where a row of steps waits while it is paused. */
export class Gate {
  #closed: PromiseWithResolvers<void> | undefined

  get isClosed(): boolean {
    return this.#closed !== undefined
  }

  close(): void {
    this.#closed ??= Promise.withResolvers<void>()
  }

  open(): void {
    this.#closed?.resolve()
    this.#closed = undefined
  }

  /** Resolves when the gate is open: at once, if it is. */
  async pass(): Promise<void> {
    while (this.#closed !== undefined) await this.#closed.promise
  }
}
