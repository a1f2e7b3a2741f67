import type { Budget } from '../budget.ts'
import type { ByteReader } from '../byteReader.ts'
import type { Refuse } from '../refusal.ts'
import type { Meaning } from './values.ts'

/** The stack machine that runs a pickle: the program, a stack divided by marks, and a memo of numbered values. */
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

  /** Pops the last `count` values and returns them in the order of pushing. */
  popLast(count: number): unknown[] {
    return Array.from({ length: count }, () => this.pop()).reverse()
  }

  top(): unknown {
    if (this.#stack.length === 0) this.refuse('its pickle pops an empty stack')
    return this.#stack.at(-1)
  }

  mark(): void {
    this.#outer.push(this.#stack)
    this.#stack = []
  }

  /** Pops and returns everything since the last mark. */
  popToMark(): unknown[] {
    const values = this.#stack
    this.#stack = this.#outer.pop() ?? this.refuse('its pickle pops a mark that does not exist')
    return values
  }

  /** Stores the top of the stack in the memo, by default under the next number. */
  memorize(slot = this.#memory.size): void {
    this.#memory.set(slot, this.top())
  }

  recall(slot: number): void {
    if (!this.#memory.has(slot)) this.refuse(`its pickle recalls ${slot}, which its memo lacks`)
    this.push(this.#memory.get(slot))
  }
}
