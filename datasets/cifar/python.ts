import { buffer } from 'node:stream/consumers'
import { Budget } from '../../base/files/budget.ts'
import { ByteReader } from '../../base/files/byteReader.ts'
import { unpickle } from '../../base/files/pickle/unpickle.ts'
import { kindOf } from '../../base/files/pickle/values.ts'
import { type Refuse, refusalOf } from '../../base/files/refusal.ts'
import type { DataFile } from '../files.ts'
import { allocatePixels } from '../pixels.ts'
import { ByteArray, meaningOfArrays } from './numpy.ts'
import { demandLabel, demandNames, type LabelField, pixelsPerImage, type Records } from './records.ts'

const longestName = 200

/** Memory for each byte of a file. Pixels may be stored as a text, which needs room in addition. */
const bytesPerByte = 4

/**
 * Reads a file in CIFAR's Python layout: a pickled dictionary with a list of labels for each field and an array of bytes under
 * `data`, one row of 3,072 columns per image. Nothing in it is executed.
 *
 * Throws for anything else; see `unpickle`.
 */
export async function readPickledRecords(file: DataFile, fields: readonly LabelField[]): Promise<Records> {
  const { dictionary, refuse } = await readDictionary(file, 'pickled batch of CIFAR images')
  const data = dictionary.get('data')
  const images =
    data instanceof ByteArray ? data : refuse(`expected an array under 'data', got ${kindOf(data)}`)
  const [count, width] = images.shape
  if (images.shape.length !== 2 || width !== pixelsPerImage || count < 1) {
    refuse(`expected an array of [images, ${pixelsPerImage}] under 'data', got [${images.shape}]`)
  }
  const labels = fields.map((field) => {
    const list = listUnder(field.labelsKey, dictionary, refuse)
    if (list.length !== count) refuse(`expected ${count} ${field.labelsKey}, got ${list.length}`)
    return Int32Array.from(list, (label, record) => {
      const value = typeof label === 'number' ? label : Number.NaN
      demandLabel(file, field, value, `record ${record}`)
      return value
    })
  })
  const pixels = allocatePixels(images.bytes.length)
  pixels.set(images.bytes)
  return { pixels, labels }
}

/** Reads a pickled dictionary with a list of class names for each label field. */
export async function readPickledNames(
  file: DataFile,
  fields: readonly LabelField[],
): Promise<Map<LabelField, string[]>> {
  const { dictionary, refuse } = await readDictionary(file, 'pickle of the names of classes')
  return new Map(
    fields.map((field) => {
      const names = listUnder(field.namesKey, dictionary, refuse)
      demandNames(file, field, names)
      return [field, names.map((name) => nameOf(name, refuse))]
    }),
  )
}

async function readDictionary(
  file: DataFile,
  expected: string,
): Promise<{ dictionary: ReadonlyMap<unknown, unknown>; refuse: Refuse }> {
  const refuse: Refuse = refusalOf(file.location, expected)
  const bytes = await buffer(file.chunks)
  const reader = new ByteReader(bytes, refuse)
  const budget = new Budget(bytes.length, refuse, bytesPerByte)
  const value = unpickle(reader, meaningOfArrays(refuse), budget, refuse)
  if (!(value instanceof Map)) refuse(`expected a dictionary, got ${kindOf(value)}`)
  return { dictionary: new Map(Array.from(value, ([key, entry]) => [textOf(key), entry])), refuse }
}

function nameOf(value: unknown, refuse: Refuse): string {
  const name = textOf(value) ?? refuse('a name is not a text')
  // A pickle can use one text as the name of every class.
  return name.length <= longestName ? name : refuse(`a name has ${name.length} letters`)
}

/** Returns a text, or decodes bytes: Python 3 can load Python 2's strings as bytes, and save them again. */
function textOf(value: unknown): string | undefined {
  if (value instanceof Uint8Array) return new TextDecoder('latin1').decode(value)
  return typeof value === 'string' ? value : undefined
}

function listUnder(key: string, dictionary: ReadonlyMap<unknown, unknown>, refuse: Refuse): unknown[] {
  const list = dictionary.get(key)
  return Array.isArray(list) ? list : refuse(`expected a list under '${key}', got ${kindOf(list)}`)
}
