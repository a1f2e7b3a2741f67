import type { Attributes } from '../operations/attributes.ts'
import { callOf, checkNewest, isVariable, type Recording } from './graph.ts'

/** Interned names: each name has one number. */
const numbers = new Map<string, number>()

function numberOf(name: string): number {
  let number = numbers.get(name)
  if (number === undefined) numbers.set(name, (number = numbers.size))
  return number
}

/** Returns attributes as text, injectively. (JSON has no infinity, NaN or −0.) */
export function describe(attributes: Attributes): string {
  let text = ''
  for (const name in attributes) {
    const value = attributes[name]
    text += `${name}=${Object.is(value, -0) ? '-0' : value};`
  }
  return text
}

/** A growing sequence of integers. Every field is self-delimiting, so the encoding is injective. */
class Row {
  #words = new Int32Array(1 << 12)
  #length = 0

  word(word: number): void {
    if (this.#length === this.#words.length) {
      const longer = new Int32Array(2 * this.#length)
      longer.set(this.#words)
      this.#words = longer
    }
    this.#words[this.#length++] = word
  }

  words(words: readonly number[]): void {
    this.word(words.length)
    for (let i = 0; i < words.length; i++) this.word(words[i])
  }

  /** Writes the bits of a number, so that −0 differs from 0. */
  number(value: number): void {
    double[0] = value
    this.word(halves[0])
    this.word(halves[1])
  }

  attributes(attributes: Attributes): void {
    for (const name in attributes) {
      const value = attributes[name]
      this.word(numberOf(name))
      this.word(numberOf(typeof value))
      if (typeof value === 'number') this.number(value)
      else if (typeof value === 'object') {
        this.word(value.length)
        for (let i = 0; i < value.length; i++) this.number(value[i])
      } else this.word(numberOf(String(value)))
    }
    this.word(end)
  }

  take(): Int32Array {
    const taken = this.#words.slice(0, this.#length)
    this.#length = 0
    return taken
  }
}

const double = new Float64Array(1)
const halves = new Int32Array(double.buffer)
const end = -1
const row = new Row()

/** Returns the graph of the newest recording as a sequence of integers, which is equal for equal graphs only. */
export function signatureOf(recording: Recording): Int32Array {
  checkNewest(recording)
  const { inputs, pending, outputs } = recording
  row.word(inputs.length)
  row.word(pending.length)
  for (const node of inputs) {
    row.word(numberOf(node.dtype))
    row.word(Number(node.resident))
    row.word(Number(isVariable(node)))
    row.words(node.shape)
  }
  for (const node of pending) {
    const { name, attributes } = callOf(node)
    row.word(numberOf(name))
    row.word(numberOf(node.dtype))
    row.words(node.shape)
    row.word(node.inputs.length)
    for (let i = 0; i < node.inputs.length; i++) row.word(node.inputs[i].place)
    row.attributes(attributes)
  }
  for (const { value, destination } of outputs) {
    row.word(value)
    row.word(typeof destination === 'string' ? numberOf(destination) : end)
    if (typeof destination === 'object') row.word(destination.overwrites)
  }
  return row.take()
}

/** Returns a 32-bit hash of a signature (FNV-1a over words). */
export function hashOf(signature: Int32Array): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < signature.length; i++) hash = Math.imul(hash ^ signature[i], 0x01000193)
  return hash
}
