import { inflateSync } from 'fflate'
import type { Budget } from '../../../base/files/budget.ts'
import { ByteReader } from '../../../base/files/byteReader.ts'
import type { Refuse } from '../../../base/files/refusal.ts'
import { crc32 } from './crc32.ts'

/**
 * The files in a zip archive (PKWARE's APPNOTE, 4.3), unpacked on demand. fflate inflates; sizes, offsets and
 * checksums, which it trusts, are verified here because files may come from anywhere.
 */
export interface Archive {
  readonly names: readonly string[]
  /** Unpacks a file. Throws if there is none of this name, or if it is damaged. */
  read(name: string): Uint8Array
}

/** An entry of the directory at the archive's end. */
interface Entry {
  readonly name: string
  readonly method: number
  readonly crc: number
  readonly packed: number
  readonly unpacked: number
  /** Offset of the file's header. */
  readonly at: number
}

const stored = 0
const deflated = 8
/** Marks a 32-bit field whose value is too large and is stored elsewhere. */
const elsewhere = 0xffffffff

export function openZip(bytes: Uint8Array, budget: Budget, refuse: Refuse): Archive {
  const entries = new Map(readDirectory(bytes, refuse).map((entry) => [entry.name, entry]))
  return {
    names: [...entries.keys()],
    read: (name) => {
      const entry = entries.get(name) ?? refuse(`it holds no ${name}`)
      const packed = packedBytes(bytes, entry, refuse)
      const unpacked = unpack(packed, entry, budget, refuse)
      if (crc32(unpacked) !== entry.crc) refuse(`${name} is damaged: its checksum differs`)
      return unpacked
    },
  }
}

function readDirectory(bytes: Uint8Array, refuse: Refuse): Entry[] {
  const end = endOfDirectory(bytes, refuse)
  const record = new ByteReader(bytes, refuse, end)
  record.take(10)
  let [count, , at] = [record.uint16(), record.uint32(), record.uint32()]
  if (at === elsewhere || count === 0xffff) [count, at] = largeDirectory(bytes, end, refuse)
  const reader = new ByteReader(bytes, refuse, at)
  return Array.from({ length: Math.min(count, bytes.length) }, () => readEntry(reader, refuse))
}

/** Returns the offset of the end record: 22 bytes before the end, minus a comment of up to 65,535 bytes. */
function endOfDirectory(bytes: Uint8Array, refuse: Refuse): number {
  const first = Math.max(0, bytes.length - 22 - 0xffff)
  for (let at = bytes.length - 22; at >= first; at--) {
    if (bytes[at] === 0x50 && bytes[at + 1] === 0x4b && bytes[at + 2] === 5 && bytes[at + 3] === 6) return at
  }
  return refuse('it is a truncated zip archive: the directory at its end is missing')
}

/** Returns count and offset of the directory from the Zip64 record, for archives too large for the old record. */
function largeDirectory(bytes: Uint8Array, end: number, refuse: Refuse): [number, number] {
  const locator = new ByteReader(bytes, refuse, Math.max(0, end - 20))
  if (locator.uint32() !== 0x07064b50) refuse('its zip directory is damaged')
  locator.take(4)
  const record = new ByteReader(bytes, refuse, locator.uint64())
  if (record.uint32() !== 0x06064b50) refuse('its zip directory is damaged')
  record.take(28)
  const count = record.uint64()
  record.take(8)
  return [count, record.uint64()]
}

function readEntry(reader: ByteReader, refuse: Refuse): Entry {
  if (reader.uint32() !== 0x02014b50) refuse('its zip directory is damaged')
  reader.take(4)
  const [flags, method] = [reader.uint16(), reader.uint16()]
  if (flags & 1) refuse('it is an encrypted zip archive')
  reader.take(4)
  const [crc, packed, unpacked] = [reader.uint32(), reader.uint32(), reader.uint32()]
  const [nameLength, extraLength, commentLength] = [reader.uint16(), reader.uint16(), reader.uint16()]
  reader.take(8)
  const at = reader.uint32()
  const name = reader.text(nameLength)
  const large = largeNumbers(reader.take(extraLength), refuse)
  reader.take(commentLength)
  const actual = (field: number) => (field === elsewhere && large ? large.uint64() : field)
  // The extra field holds them in this order.
  const sizes = { unpacked: actual(unpacked), packed: actual(packed), at: actual(at) }
  return { name, method, crc, ...sizes }
}

/** Returns the Zip64 extra field, if there is one. */
function largeNumbers(extra: Uint8Array, refuse: Refuse): ByteReader | undefined {
  const reader = new ByteReader(extra, refuse)
  while (reader.position + 4 <= extra.length) {
    const [kind, length] = [reader.uint16(), reader.uint16()]
    if (kind === 1) return new ByteReader(reader.take(length), refuse)
    reader.take(Math.min(length, extra.length - reader.position))
  }
  return undefined
}

function packedBytes(bytes: Uint8Array, entry: Entry, refuse: Refuse): Uint8Array {
  const header = new ByteReader(bytes, refuse, entry.at)
  if (header.uint32() !== 0x04034b50) refuse(`${entry.name} is not where the zip directory says`)
  header.take(22)
  const [nameLength, extraLength] = [header.uint16(), header.uint16()]
  header.take(nameLength + extraLength)
  return header.take(entry.packed)
}

function unpack(packed: Uint8Array, entry: Entry, budget: Budget, refuse: Refuse): Uint8Array {
  const { name, method, unpacked } = entry
  budget.take(unpacked, `unpacking ${name}`)
  const lie = () => refuse(`${name} does not unpack to the ${unpacked} bytes that the zip directory says`)
  if (method === stored) return packed.length === unpacked ? packed : lie()
  if (method !== deflated) return refuse(`${name} is compressed with method ${method}, expected 0 or 8`)
  try {
    const out = new Uint8Array(unpacked + 1)
    const { length } = inflateSync(packed, { out })
    return length === unpacked ? out.subarray(0, unpacked) : lie()
  } catch {
    return lie()
  }
}
