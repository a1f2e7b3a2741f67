/** A gate at which a loop of steps waits while paused. */
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

  /** Resolves when the gate is open; immediately if it is open already. */
  async pass(): Promise<void> {
    while (this.#closed !== undefined) await this.#closed.promise
  }
}
