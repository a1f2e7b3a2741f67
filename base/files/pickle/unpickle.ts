import type { Budget } from '../budget.ts'
import type { ByteReader } from '../byteReader.ts'
import type { Refuse } from '../refusal.ts'
import { Machine } from './machine.ts'
import { opcodes } from './opcodes.ts'
import type { Meaning } from './values.ts'

/** Approximate overhead of a value, in bytes, beyond its text or data. No opcode makes more than one, and a slot for it. */
const bytesOfValue = 128

const stop = 0x2e

/**
 * Reads one pickle from the reader's position. A pickle is a program for a stack machine
 * (https://docs.python.org/3/library/pickletools.html); Python's imports and calls anything the program names. Here
 * `meaning` defines the names, and nothing is ever called. Lists and tuples become arrays, dictionaries maps.
 *
 * Nothing recurses: deep nesting costs only memory, which the budget limits.
 */
export function unpickle(reader: ByteReader, meaning: Meaning, budget: Budget, refuse: Refuse): unknown {
  const machine = new Machine(reader, meaning, budget, refuse)
  for (let code = reader.uint8(); code !== stop; code = reader.uint8()) {
    budget.take(bytesOfValue, 'its pickle')
    const opcode = opcodes[code] ?? refuse(`its pickle has an unknown opcode 0x${code.toString(16)}`)
    opcode(machine)
  }
  return machine.pop()
}
