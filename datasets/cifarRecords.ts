import { demand } from '../engine/errors.ts'
import type { DataFile } from './files.ts'
import { allocatePixels } from './pixels.ts'

/** Channels (red first), rows and columns of a CIFAR image. */
export const imageShape = [3, 32, 32]
const pixelsPerImage = 3 * 32 * 32

/** A label byte of a record. */
export interface LabelField {
  name: string
  /** The byte is less than this. */
  classes: number
}

/** The records of a file, or of several, taken apart. */
export interface Records {
  /** Of all images, one after the other, each as [channels, height, width]. */
  pixels: Uint8Array
  /** For each label field, one label an image. */
  labels: Int32Array[]
}

/**
 * Reads a file in CIFAR's binary layout: records of one byte a label field, then 3,072 pixels. Only what it returns is
 * held in memory.
 *
 * Throws for a file that is not a whole number of records, one at least, and for a label out of range.
 */
export async function readRecords(file: DataFile, fields: readonly LabelField[]): Promise<Records> {
  const recordLength = fields.length + pixelsPerImage
  const count = demandWholeRecords(file, fields, recordLength)
  const pixels = allocatePixels(count * pixelsPerImage)
  const labels = fields.map(() => new Int32Array(count))

  let position = 0
  for await (const chunk of file.chunks) {
    for (let read = 0; read < chunk.length; ) {
      const record = Math.floor(position / recordLength)
      const place = position % recordLength
      const taken = place < fields.length ? 1 : Math.min(recordLength - place, chunk.length - read)
      if (place < fields.length) {
        demandLabel(file, fields[place], chunk[read], record)
        labels[place][record] = chunk[read]
      } else {
        const target = record * pixelsPerImage + place - fields.length
        pixels.set(chunk.subarray(read, read + taken), target)
      }
      read += taken
      position += taken
    }
  }
  return { pixels, labels }
}

/** The records of all parts, in their order. */
export function concatenateRecords(parts: readonly Records[]): Records {
  const [first, ...others] = parts
  if (others.length === 0) return first
  const pixels = allocatePixels(parts.reduce((total, part) => total + part.pixels.length, 0))
  let filled = 0
  for (const part of parts) {
    pixels.set(part.pixels, filled)
    filled += part.pixels.length
  }
  const labels = first.labels.map((_, field) =>
    Int32Array.from(parts.flatMap((part) => [...part.labels[field]])),
  )
  return { pixels, labels }
}

function demandWholeRecords(file: DataFile, fields: readonly LabelField[], recordLength: number): number {
  const count = Math.floor(file.size / recordLength)
  demand(count > 0 && count * recordLength === file.size, () => {
    const parts = [...fields.map((field) => field.name), `${pixelsPerImage} pixels`].join(', ')
    return (
      `${file.location}: expected a whole number of records of ${recordLength} bytes (${parts}), got ` +
      `${file.size} bytes: ${count} whole records and ${file.size % recordLength} bytes more`
    )
  })
  return count
}

function demandLabel(file: DataFile, field: LabelField, label: number, record: number): void {
  demand(
    label < field.classes,
    () =>
      `${file.location}: expected a ${field.name} of 0 to ${field.classes - 1} in every record, ` +
      `got ${label} in record ${record}`,
  )
}
