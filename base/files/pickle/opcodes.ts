import type { Machine } from './machine.ts'
import { isStateful, kindOf, Named } from './values.ts'

type Opcode = (machine: Machine) => void

/**
 * The action of each opcode, with Python's name for it. Covers what dictionaries of tensors need of the binary
 * protocols 2 to 5; the text protocol 0, in which no weights or images are published, is not supported.
 */
export const opcodes: Readonly<Record<number, Opcode>> = {
  128: checkProtocol, // PROTO
  149: ({ reader }) => reader.take(8), // FRAME: the number of bytes to buffer

  78: (machine) => machine.push(null), // NONE
  136: (machine) => machine.push(true), // NEWTRUE
  137: (machine) => machine.push(false), // NEWFALSE

  75: pushes(({ reader }) => reader.uint8()), // BININT1
  77: pushes(({ reader }) => reader.uint16()), // BININT2
  74: pushes(({ reader }) => reader.int32()), // BININT
  138: pushes(({ reader }) => wholeNumber(reader.take(reader.uint8()))), // LONG1
  71: pushes(({ reader }) => reader.bigEndianFloat64()), // BINFLOAT

  140: pushes((machine) => text(machine, machine.reader.uint8())), // SHORT_BINUNICODE
  88: pushes((machine) => text(machine, machine.reader.uint32())), // BINUNICODE
  141: pushes((machine) => text(machine, machine.reader.uint64())), // BINUNICODE8
  85: pushes((machine) => oldText(machine, machine.reader.uint8())), // SHORT_BINSTRING
  84: pushes((machine) => oldText(machine, machine.reader.uint32())), // BINSTRING
  67: pushes(({ reader }) => reader.take(reader.uint8())), // SHORT_BINBYTES
  66: pushes(({ reader }) => reader.take(reader.uint32())), // BINBYTES
  142: pushes(({ reader }) => reader.take(reader.uint64())), // BINBYTES8

  40: (machine) => machine.mark(), // MARK
  41: (machine) => machine.push([]), // EMPTY_TUPLE
  133: pushes((machine) => machine.popLast(1)), // TUPLE1
  134: pushes((machine) => machine.popLast(2)), // TUPLE2
  135: pushes((machine) => machine.popLast(3)), // TUPLE3
  116: pushes((machine) => machine.popToMark()), // TUPLE

  93: (machine) => machine.push([]), // EMPTY_LIST
  108: pushes((machine) => machine.popToMark()), // LIST
  97: (machine) => append(machine, [machine.pop()]), // APPEND
  101: (machine) => append(machine, machine.popToMark()), // APPENDS

  125: pushes((machine) => table(machine, new Map())), // EMPTY_DICT
  115: (machine) => setItems(machine, machine.popLast(2)), // SETITEM
  117: (machine) => setItems(machine, machine.popToMark()), // SETITEMS

  143: pushes((machine) => table(machine, new Set())), // EMPTY_SET
  144: (machine) => addItems(machine, machine.popToMark()), // ADDITEMS
  145: pushes((machine) => table(machine, new Set(machine.popToMark()))), // FROZENSET

  48: (machine) => machine.pop(), // POP
  49: (machine) => machine.popToMark(), // POP_MARK
  50: (machine) => machine.push(machine.top()), // DUP

  113: (machine) => machine.memorize(machine.reader.uint8()), // BINPUT
  114: (machine) => machine.memorize(machine.reader.uint32()), // LONG_BINPUT
  148: (machine) => machine.memorize(), // MEMOIZE
  104: (machine) => machine.recall(machine.reader.uint8()), // BINGET
  106: (machine) => machine.recall(machine.reader.uint32()), // LONG_BINGET

  99: pushes(({ reader, meaning }) => meaning.named(`${reader.line()}.${reader.line()}`)), // GLOBAL
  147: pushes(stackGlobal), // STACK_GLOBAL
  81: pushes(persistent), // BINPERSID
  82: construct, // REDUCE
  129: construct, // NEWOBJ
  98: build, // BUILD
}

function pushes(value: (machine: Machine) => unknown): Opcode {
  return (machine) => machine.push(value(machine))
}

/** Charges maps and sets, which take more memory than other values. */
function table<T>({ budget }: Machine, made: T): T {
  budget.take(256, 'its pickle')
  return made
}

function checkProtocol({ reader, refuse }: Machine): void {
  const protocol = reader.uint8()
  if (protocol > 5) refuse(`expected a pickle of protocol 5 or below, got ${protocol}`)
}

/** Decodes a little-endian integer in two's complement. */
function wholeNumber(bytes: Uint8Array): number | bigint {
  const magnitude = bytes.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n)
  const value = BigInt.asIntN(8 * bytes.length, magnitude)
  return Number.isSafeInteger(Number(value)) ? Number(value) : value
}

function text({ reader, budget }: Machine, length: number): string {
  const bytes = reader.take(length)
  budget.take(2 * length, 'a text')
  return new TextDecoder().decode(bytes)
}

/** Decodes a `str` of Python 2: text if it is UTF-8, otherwise the bytes. */
function oldText({ reader, budget }: Machine, length: number): string | Uint8Array {
  const bytes = reader.take(length)
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    budget.take(2 * length, 'a text')
    return text
  } catch (error) {
    if (error instanceof TypeError) return bytes
    throw error
  }
}

function append(machine: Machine, items: readonly unknown[]): void {
  const list = machine.top()
  if (!Array.isArray(list)) machine.refuse(`its pickle appends to ${kindOf(list)}`)
  for (const item of items) list.push(item)
}

function addItems(machine: Machine, items: readonly unknown[]): void {
  const set = machine.top()
  if (!(set instanceof Set)) machine.refuse(`its pickle adds to ${kindOf(set)}`)
  for (const item of items) set.add(item)
}

function setItems(machine: Machine, items: readonly unknown[]): void {
  const map = machine.top()
  if (!(map instanceof Map)) machine.refuse(`its pickle sets items of ${kindOf(map)}`)
  if (items.length % 2 !== 0) machine.refuse('its pickle has a key without a value')
  for (let i = 0; i < items.length; i += 2) map.set(items[i], items[i + 1])
}

function stackGlobal(machine: Machine): Named {
  const [module, name] = machine.popLast(2)
  if (typeof module !== 'string' || typeof name !== 'string') {
    return machine.refuse(`its pickle uses ${kindOf(module)} and ${kindOf(name)} as a name`)
  }
  return machine.meaning.named(`${module}.${name}`)
}

function persistent(machine: Machine): unknown {
  const { meaning, refuse } = machine
  return meaning.persistent?.(machine.pop()) ?? refuse('its pickle refers to something outside the file')
}

/** Pushes what Python would get by calling the name with these values. */
function construct(machine: Machine): void {
  const [named, values] = machine.popLast(2)
  if (!(named instanceof Named) || named.construct === undefined || !Array.isArray(values)) {
    machine.refuse(`its pickle calls ${kindOf(named)}`)
  }
  machine.push(named.construct(values, machine))
}

/** Sets the state of an object. Ignores the module versions that PyTorch attaches to its dictionaries. */
function build(machine: Machine): void {
  const state = machine.pop()
  const target = machine.top()
  if (isStateful(target)) target.setState(state, machine)
  else if (!(target instanceof Map)) machine.refuse(`its pickle sets attributes of ${kindOf(target)}`)
}
