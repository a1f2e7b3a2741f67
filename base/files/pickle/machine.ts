import type { Budget } from '../budget.ts'
import type { ByteReader } from '../byteReader.ts'
import type { Refuse } from '../refusal.ts'
import type { Meaning } from './values.ts'

/** What a pickle runs on: the program, a stack that marks divide, and a memory of numbered values. */
export class Machine {
  readonly reader: ByteReader
  readonly meaning: Meaning
  readonly budget: Budget
  readonly refuse: Refuse
  readonly #memory = new Map<number, unknown>()
  #stack: unknown[] = []
  /** The stacks below the marks that are still open. */
  readonly #outer: unknown[][] = []

  constructor(reader: ByteReader, meaning: Meaning, budget: Budget, refuse: Refuse) {
    this.reader = reader
    this.meaning = meaning
    this.budget = budget
    this.refuse = refuse
  }

  push(value: unknown): void {
    this.#stack.push(value)
  }

  pop(): unknown {
    const value = this.top()
    this.#stack.pop()
    return value
  }

  /** The last values, in their order. */
  popLast(count: number): unknown[] {
    return Array.from({ length: count }, () => this.pop()).reverse()
  }

  top(): unknown {
    if (this.#stack.length === 0) this.refuse('its pickle takes a value where there is none')
    return this.#stack.at(-1)
  }

  mark(): void {
    this.#outer.push(this.#stack)
    this.#stack = []
  }

  /** Everything since the last mark. */
  popToMark(): unknown[] {
    const values = this.#stack
    this.#stack = this.#outer.pop() ?? this.refuse('its pickle goes back to a mark that is not there')
    return values
  }

  /** Remembers what is on top of the stack, by default under the next number. */
  memorize(slot = this.#memory.size): void {
    this.#memory.set(slot, this.top())
  }

  recall(slot: number): void {
    if (!this.#memory.has(slot)) this.refuse(`its pickle remembers nothing under ${slot}`)
    this.push(this.#memory.get(slot))
  }
}
