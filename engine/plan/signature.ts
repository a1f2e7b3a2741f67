import type { Attributes } from '../node.ts'
import type { Graph } from './graph.ts'

/** Numbers for texts: equal texts, equal numbers. */
const numbers = new Map<string, number>()

function numberOf(text: string): number {
  let number = numbers.get(text)
  if (number === undefined) numbers.set(text, (number = numbers.size))
  return number
}

/** Attributes as text: equal texts, equal attributes. (JSON knows no infinity, NaN or −0.) */
export function describe(attributes: Attributes): string {
  let text = ''
  for (const name in attributes) {
    const value = attributes[name]
    text += `${name}=${Object.is(value, -0) ? '-0' : value};`
  }
  return text
}

/** A graph as a row of whole numbers: two graphs are equal where these are. */
export function signatureOf(graph: Graph): Int32Array {
  const row: number[] = [graph.inputs.length, graph.operations.length]
  for (const { shape, dtype, resident } of graph.inputs) row.push(numberOf(`${dtype}|${shape}|${resident}`))
  for (const { name, inputs, attributes, shape, dtype } of graph.operations) {
    row.push(numberOf(`${name}|${dtype}|${shape}|${describe(attributes)}`), ...inputs)
  }
  for (const { value, destination } of graph.outputs) {
    const where = typeof destination === 'string' ? destination : `over ${destination.overwrites}`
    row.push(value, numberOf(where))
  }
  return Int32Array.from(row)
}

/** A 32-bit hash of a signature (FNV-1a over words). */
export function hashOf(signature: Int32Array): number {
  let hash = 0x811c9dc5
  for (const word of signature) hash = Math.imul(hash ^ word, 0x01000193)
  return hash
}
