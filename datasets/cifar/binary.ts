import { text } from 'node:stream/consumers'
import { demand } from '../../base/errors.ts'
import type { DataFile } from '../files.ts'
import { allocatePixels } from '../pixels.ts'
import { demandLabel, demandNames, type LabelField, pixelsPerImage, type Records } from './records.ts'

/**
 * Reads a file in CIFAR's binary layout: records of one byte per label field, then 3,072 pixels. Holds only the result in
 * memory.
 *
 * Throws if the file is not a whole number of records, or empty, and for a label out of range.
 */
export async function readBinaryRecords(file: DataFile, fields: readonly LabelField[]): Promise<Records> {
  const recordLength = fields.length + pixelsPerImage
  const count = demandWholeRecords(file, fields, recordLength)
  const pixels = allocatePixels(count * pixelsPerImage)
  const labels = fields.map(() => new Int32Array(count))

  let position = 0
  for await (const chunk of file.chunks) {
    for (let read = 0; read < chunk.length; ) {
      const record = Math.floor(position / recordLength)
      const offset = position % recordLength
      const taken = offset < fields.length ? 1 : Math.min(recordLength - offset, chunk.length - read)
      if (offset < fields.length) {
        demandLabel(file, fields[offset], chunk[read], `record ${record} (byte ${position})`)
        labels[offset][record] = chunk[read]
      } else {
        const target = record * pixelsPerImage + offset - fields.length
        pixels.set(chunk.subarray(read, read + taken), target)
      }
      read += taken
      position += taken
    }
  }
  return { pixels, labels }
}

/** Reads a file that names the classes of one label field, one per line. */
export async function readLines(
  file: DataFile,
  fields: readonly LabelField[],
): Promise<Map<LabelField, string[]>> {
  const field = fields.find(({ namesFile }) => namesFile === file.name)!
  const lines = (await text(file.chunks)).split('\n')
  const names = lines.map((line) => line.trim()).filter((line) => line !== '')
  demandNames(file, field, names)
  return new Map([[field, names]])
}

function demandWholeRecords(file: DataFile, fields: readonly LabelField[], recordLength: number): number {
  const count = Math.floor(file.size / recordLength)
  demand(count > 0 && count * recordLength === file.size, () => {
    const parts = [...fields.map((field) => field.name), `${pixelsPerImage} pixels`].join(', ')
    return (
      `${file.location}: expected a whole number of records of ${recordLength} bytes (${parts}), got ` +
      `${file.size} bytes: ${count} records and ${file.size % recordLength} bytes`
    )
  })
  return count
}
