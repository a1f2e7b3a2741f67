import { check, recordOf, text } from '../../base/arguments.ts'
import { demand } from '../../base/errors.ts'
import { repeatedKey } from '../../base/files/jsonKeys.ts'
import { type Refuse, refusalOf } from '../../base/files/refusal.ts'
import type { Shape } from '../../engine/index.ts'
import { sizeOf } from '../../engine/shape.ts'
import { bytesRule, tensorsByName } from '../arguments.ts'
import type { StateDict } from '../stateDict.ts'
import { type ElementTypeName, elementTypeNames, elementTypes } from './elementTypes.ts'
import { decodeTensors, encodeTensors, type StoredTensor, type StoredTensors } from './storedTensor.ts'

/*
 * A safetensors file consists of the header's length (8 bytes, little-endian), the header (JSON, padded with spaces)
 * and the elements (row-major, little-endian). The header maps each name to { dtype, shape, data_offsets: [begin, end] },
 * with offsets from the end of the header, and `__metadata__` to an object of strings.
 * https://huggingface.co/docs/safetensors
 */

/** A tensor in the header. */
interface Entry {
  readonly dtype: ElementTypeName
  readonly shape: Shape
  readonly data_offsets: readonly [number, number]
}

/** Free-form strings that a file holds in addition to tensors. */
export type Metadata = Readonly<Record<string, string>>

/** The contents of a file. */
export interface Safetensors {
  readonly tensors: StateDict
  readonly metadata: Metadata
}

/** Limit of the header's length in bytes, the same as in the format's reference reader. */
const longestHeader = 100_000_000

/**
 * Encodes a safetensors file, which lists the tensors in their order: float32 as F32, float64 as F64, int32 as I64, bool as
 * BOOL.
 */
export async function encodeSafetensors(tensors: StateDict, metadata: Metadata = {}): Promise<Uint8Array> {
  check('encodeSafetensors', 'tensors', tensors, tensorsByName)
  check('encodeSafetensors', 'metadata', metadata, recordOf(text))
  return writeSafetensors(await encodeTensors(tensors), metadata)
}

/**
 * Decodes a safetensors file. F16 and BF16 become float32, integers int32. Throws for anything that is not a valid
 * safetensors file, saying what is wrong; `source` names it in messages.
 */
export function decodeSafetensors(bytes: Uint8Array, source = 'safetensors'): Safetensors {
  check('decodeSafetensors', 'bytes', bytes, bytesRule)
  check('decodeSafetensors', 'source', source, text)
  const { stored, metadata } = readSafetensors(bytes, source)
  return { tensors: decodeTensors(stored, refusalOf(source, format)), metadata }
}

const format = 'safetensors file'

/** Encodes a file. The widest elements come first, which aligns each to its size. */
export function writeSafetensors(stored: StoredTensors, metadata: Metadata = {}): Uint8Array {
  const offsets = new Map<string, readonly [number, number]>()
  let end = 0
  for (const [name, { bytes }] of byWidth(stored)) {
    offsets.set(name, [end, end + bytes.length])
    end += bytes.length
  }
  const header = encodeHeader(stored, offsets, metadata)
  const file = new Uint8Array(8 + header.length + end)
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true)
  file.set(header, 8)
  for (const [name, { bytes }] of stored) file.set(bytes, 8 + header.length + offsets.get(name)![0])
  return file
}

function byWidth(stored: StoredTensors): [string, StoredTensor][] {
  return [...stored].sort(([, a], [, b]) => elementTypes[b.type].bytes - elementTypes[a.type].bytes)
}

function encodeHeader(
  stored: StoredTensors,
  offsets: ReadonlyMap<string, readonly [number, number]>,
  metadata: Metadata,
): Uint8Array {
  const entries = [...stored].map(([name, { shape, type }]) => {
    demand(name !== '__metadata__', () => `safetensors: a tensor cannot have the name ${name}`)
    return [name, { dtype: type, shape, data_offsets: offsets.get(name)! }] as const
  })
  const about = Object.keys(metadata).length > 0 ? [['__metadata__', metadata] as const] : []
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries([...about, ...entries])))
  const padded = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(0x20)
  padded.set(text)
  return padded
}

/** Whether these bytes begin as a safetensors file does: with a length below 2³², then `{`. */
export function isSafetensors(bytes: Uint8Array): boolean {
  return bytes[8] === 0x7b && bytes.subarray(4, 8).every((byte) => byte === 0)
}

/** Decodes a file, preserving every bit. Throws as `decodeSafetensors` does. */
export function readSafetensors(
  bytes: Uint8Array,
  source: string,
): { stored: StoredTensors; metadata: Metadata } {
  const refuse: Refuse = refusalOf(source, format)
  const { header, elements } = split(bytes, refuse)
  const { __metadata__: metadata = {}, ...entries } = header
  if (!isTexts(metadata)) return refuse('__metadata__ holds something other than strings')
  const checked = Object.entries(entries).map(([name, entry]) => {
    return [name, checkEntry(name, entry, refuse)] as const
  })
  checkCover(checked, elements.length, refuse)
  const stored = checked.map(([name, { dtype, shape, data_offsets: offsets }]) => {
    return [name, { type: dtype, shape, bytes: elements.subarray(...offsets) }] as const
  })
  return { stored: new Map(stored), metadata }
}

function split(bytes: Uint8Array, refuse: Refuse): { header: Record<string, unknown>; elements: Uint8Array } {
  if (bytes.length < 8) refuse(`it has ${bytes.length} bytes, but the header's length takes 8`)
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true))
  if (length > longestHeader) refuse(`its header would be ${length} bytes long`)
  if (8 + length > bytes.length)
    refuse(`its header should end at byte ${8 + length}, but it has ${bytes.length} bytes`)
  const { text, value: header } =
    parseObject(bytes.subarray(8, 8 + length)) ?? refuse('its header is not a JSON object')
  const repeated = repeatedKey(text)
  if (repeated !== undefined) refuse(`its header repeats the key '${repeated}'`)
  return { header, elements: bytes.subarray(8 + length) }
}

/** Returns a JSON object and its text; `undefined` if the bytes are not one. */
function parseObject(bytes: Uint8Array): { text: string; value: Record<string, unknown> } | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    const value: unknown = JSON.parse(text)
    return isObject(value) ? { text, value } : undefined
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isTexts(value: unknown): value is Metadata {
  return isObject(value) && Object.values(value).every((text) => typeof text === 'string')
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0)
}

function isElementType(value: unknown): value is ElementTypeName {
  return elementTypeNames.includes(value as ElementTypeName)
}

function checkEntry(name: string, entry: unknown, refuse: Refuse): Entry {
  if (!isObject(entry)) return refuse(`the entry of '${name}' is not an object`)
  const { dtype, shape, data_offsets: offsets } = entry
  if (!isElementType(dtype)) {
    return refuse(
      `'${name}' has dtype ${JSON.stringify(dtype)}, expected one of ${elementTypeNames.join(', ')}`,
    )
  }
  if (!isSizes(shape)) return refuse(`'${name}' has shape ${JSON.stringify(shape)}`)
  if (!isSizes(offsets) || offsets.length !== 2 || offsets[0] > offsets[1]) {
    return refuse(`'${name}' has data_offsets ${JSON.stringify(offsets)}`)
  }
  const [expected, given] = [sizeOf(shape) * elementTypes[dtype].bytes, offsets[1] - offsets[0]]
  if (expected !== given) {
    return refuse(`'${name}', ${dtype} ${JSON.stringify(shape)}, needs ${expected} bytes, but has ${given}`)
  }
  return { dtype, shape, data_offsets: [offsets[0], offsets[1]] }
}

/** Refuses gaps and overlaps: the tensors must cover the file up to its end. */
function checkCover(entries: readonly (readonly [string, Entry])[], length: number, refuse: Refuse): void {
  const inOrder = entries.toSorted(
    ([, { data_offsets: a }], [, { data_offsets: b }]) => a[0] - b[0] || a[1] - b[1],
  )
  let end = 0
  for (const [name, { data_offsets: offsets }] of inOrder) {
    if (offsets[0] < end) refuse(`'${name}' overlaps the tensor before it`)
    if (offsets[0] > end) refuse(`no tensor owns the bytes from ${end} to ${offsets[0]}`)
    end = offsets[1]
  }
  if (end !== length) refuse(`its tensors take ${end} bytes, but ${length} follow the header`)
}
