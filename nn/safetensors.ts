import { allocateHost, type DType, type HostArray } from '../engine/dtype.ts'
import { demand, InvalidInputError } from '../engine/errors.ts'
import { data } from '../engine/realize.ts'
import { type Shape, sizeOf } from '../engine/shape.ts'
import { hostTensor, type Tensor } from '../engine/tensor.ts'
import { elementTypes } from './elementTypes.ts'
import type { StateDict } from './stateDict.ts'

/*
 * A safetensors file is: the length of the header in 8 bytes, little-endian; the header, JSON, padded with spaces; the
 * elements, row-major, little-endian. The header maps each name to { dtype, shape, data_offsets: [begin, end] },
 * offsets counted from the header's end, and `__metadata__` to texts. https://huggingface.co/docs/safetensors
 */

/** One tensor in the header. */
interface Entry {
  readonly dtype: string
  readonly shape: Shape
  readonly data_offsets: readonly [number, number]
}

/** What a file holds. */
export interface Safetensors {
  readonly tensors: StateDict
  /** Whatever texts the writer put beside them. */
  readonly metadata: Readonly<Record<string, string>>
}

/** How each of our types is written. */
const written: Readonly<Record<DType, string>> = {
  float32: 'F32',
  float64: 'F64',
  int32: 'I32',
  bool: 'BOOL',
}

/** A header longer than this is taken for damage, as the format's own reader does. */
const longestHeader = 100_000_000

/**
 * The bytes of a safetensors file, tensors listed in their order: float32 as F32, float64 as F64, int32 as I32, bool
 * as BOOL. The widest elements come first, so that each lies at a multiple of its size.
 */
export async function encodeSafetensors(
  tensors: StateDict,
  metadata: Readonly<Record<string, string>> = {},
): Promise<Uint8Array> {
  const elements = new Map<string, HostArray>()
  for (const [name, value] of tensors) elements.set(name, await data(value))

  const offsets = new Map<string, readonly [number, number]>()
  let end = 0
  for (const [name, { byteLength }] of byWidth(elements)) {
    offsets.set(name, [end, end + byteLength])
    end += byteLength
  }
  const header = encodeHeader(tensors, offsets, metadata)
  const bytes = new Uint8Array(8 + header.length + end)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true)
  bytes.set(header, 8)
  for (const [name, { buffer, byteOffset, byteLength }] of elements) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), 8 + header.length + offsets.get(name)![0])
  }
  return bytes
}

function byWidth(elements: ReadonlyMap<string, HostArray>): [string, HostArray][] {
  return [...elements].sort(([, a], [, b]) => b.BYTES_PER_ELEMENT - a.BYTES_PER_ELEMENT)
}

function encodeHeader(
  tensors: StateDict,
  offsets: ReadonlyMap<string, readonly [number, number]>,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const entries = [...tensors].map(([name, { shape, dtype }]) => {
    demand(name !== '__metadata__', () => `safetensors: a tensor cannot be called ${name}`)
    return [name, { dtype: written[dtype], shape, data_offsets: offsets.get(name)! }] as const
  })
  const about = Object.keys(metadata).length > 0 ? [['__metadata__', metadata] as const] : []
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries([...about, ...entries])))
  const padded = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(0x20)
  padded.set(text)
  return padded
}

/**
 * Reads a safetensors file. F16 and BF16 become float32, the integers int32. Throws for anything that is not exactly
 * such a file, saying what is wrong; `source` names it in messages.
 */
export function decodeSafetensors(bytes: Uint8Array, source = 'safetensors'): Safetensors {
  const refuse = (problem: string): never => {
    throw new InvalidInputError(`${source}: not a valid safetensors file: ${problem}`)
  }
  const { header, elements } = split(bytes, refuse)
  const { __metadata__: metadata = {}, ...entries } = header
  if (!isTexts(metadata)) refuse('__metadata__ holds something other than texts')
  const checked = Object.entries(entries).map(([name, entry]) => {
    return [name, checkEntry(name, entry, refuse)] as const
  })
  checkCover(checked, elements.length, refuse)
  const tensors = checked.map(([name, entry]) => [name, decodeTensor(name, entry, elements, refuse)] as const)
  return { tensors: new Map(tensors), metadata: metadata as Record<string, string> }
}

type Refuse = (problem: string) => never

function split(bytes: Uint8Array, refuse: Refuse): { header: Record<string, unknown>; elements: Uint8Array } {
  if (bytes.length < 8) refuse(`it has ${bytes.length} bytes, the header's length alone takes 8`)
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true))
  if (length > longestHeader) refuse(`its header would be ${length} bytes long`)
  if (8 + length > bytes.length) refuse(`its header should end at byte ${8 + length}, it has ${bytes.length}`)
  const header = parseObject(bytes.subarray(8, 8 + length))
  return { header: header ?? refuse('its header is not a JSON object'), elements: bytes.subarray(8 + length) }
}

function parseObject(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return isObject(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isTexts(value: unknown): boolean {
  return isObject(value) && Object.values(value).every((text) => typeof text === 'string')
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0)
}

function checkEntry(name: string, entry: unknown, refuse: Refuse): Entry {
  if (!isObject(entry)) return refuse(`'${name}' is not described`)
  const { dtype, shape, data_offsets: offsets } = entry
  if (typeof dtype !== 'string' || !Object.hasOwn(elementTypes, dtype)) {
    return refuse(
      `'${name}' has dtype ${JSON.stringify(dtype)}, known are ${Object.keys(elementTypes).join(', ')}`,
    )
  }
  if (!isSizes(shape)) return refuse(`'${name}' has shape ${JSON.stringify(shape)}`)
  if (!isSizes(offsets) || offsets.length !== 2 || offsets[0] > offsets[1]) {
    return refuse(`'${name}' has data_offsets ${JSON.stringify(offsets)}`)
  }
  const [expected, given] = [sizeOf(shape) * elementTypes[dtype].bytes, offsets[1] - offsets[0]]
  if (expected !== given) {
    return refuse(`'${name}', ${dtype} ${JSON.stringify(shape)}, takes ${expected} bytes, but has ${given}`)
  }
  return { dtype, shape, data_offsets: [offsets[0], offsets[1]] }
}

/** The tensors must lie one after the other, without a gap, to the end of the file. */
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

function decodeTensor(name: string, entry: Entry, elements: Uint8Array, refuse: Refuse): Tensor {
  const { bytes, dtype, read, holds = () => true } = elementTypes[entry.dtype]
  const view = new DataView(elements.buffer, elements.byteOffset + entry.data_offsets[0])
  const values = allocateHost(dtype, sizeOf(entry.shape))
  for (let i = 0; i < values.length; i++) {
    const value = read(view, i * bytes)
    if (!holds(value)) refuse(`'${name}' holds ${value}, which ${dtype} cannot`)
    values[i] = value
  }
  return hostTensor(values, entry.shape)
}
