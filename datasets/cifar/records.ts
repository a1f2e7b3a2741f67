import { demand } from '../../base/errors.ts'
import type { DataFile } from '../files.ts'
import { allocatePixels } from '../pixels.ts'

/** Channels (red first), rows and columns of a CIFAR image. */
export const imageShape = [3, 32, 32]
export const pixelsPerImage = 3 * 32 * 32

/** One of the labels of each image. */
export interface LabelField {
  readonly name: string
  /** Number of classes; labels are less than this. */
  readonly classes: number
  /** In the binary layout: the file that names the classes. */
  readonly namesFile: string
  /** In the Python layout: the key of the labels. */
  readonly labelsKey: string
  /** In the Python layout: the key of the names of the classes. */
  readonly namesKey: string
}

/** The decoded records of one or more files. */
export interface Records {
  /** Pixels of consecutive images, each [channels, height, width]. */
  readonly pixels: Uint8Array
  /** For each label field, one label per image. */
  readonly labels: readonly Int32Array[]
}

/** Concatenates the records of all parts, in order. */
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

/** Throws unless the label is in range for its field; messages name the record by its `location`. */
export function demandLabel(file: DataFile, field: LabelField, label: number, location: string): void {
  demand(
    Number.isInteger(label) && label >= 0 && label < field.classes,
    () =>
      `${file.location}: expected a ${field.name} from 0 to ${field.classes - 1} in every record, ` +
      `got ${label} in ${location}`,
  )
}

/** Throws unless there is a name for each class of the field. */
export function demandNames(file: DataFile, field: LabelField, names: readonly unknown[]): void {
  demand(
    names.length === field.classes,
    () =>
      `${file.location}: expected ${field.classes} names of the classes of the ${field.name}, got ${names.length}`,
  )
}
