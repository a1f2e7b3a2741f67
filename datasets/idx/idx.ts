import { demand } from '../../base/errors.ts'
import { unpackedBytes } from '../files.ts'

/** An array of bytes in row-major order. */
export interface IdxArray {
  readonly shape: readonly number[]
  readonly bytes: Uint8Array
  /** Number of bytes in the file before the elements. */
  readonly headerLength: number
}

/** The code of the element type for unsigned bytes. */
const unsignedByte = 8

/**
 * Reads a file in MNIST's IDX format, gzipped or not: two zero bytes, the element type, the number of axes, the length
 * of each axis (32-bit big-endian), and the elements. Source: Y. LeCun, C. Cortes, C. Burges, The MNIST database of
 * handwritten digits.
 *
 * Throws for another type, another number of axes, and a file that is too short or too long.
 */
export async function readIdx(path: string, axes: number): Promise<IdxArray> {
  const bytes = await unpackedBytes(path)
  const headerLength = 4 + 4 * axes
  const begin = Buffer.from(bytes.subarray(0, 4)).toString('hex')
  const expected = Buffer.from([0, 0, unsignedByte, axes]).toString('hex')
  demand(
    begin === expected && bytes.length >= headerLength,
    () =>
      `${path}: expected an IDX file of bytes with ${axes} axes, which begins with ${expected} and has a header of ` +
      `${headerLength} bytes; this one begins with ${begin || 'nothing'} and has ${bytes.length} bytes`,
  )
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const shape = Array.from({ length: axes }, (_, axis) => view.getUint32(4 + 4 * axis))
  const size = shape.reduce((product, length) => product * length, 1)
  demand(
    bytes.length === headerLength + size,
    () =>
      `${path}: expected ${headerLength} + ${shape.join(' × ')} = ${headerLength + size} bytes, as its header says, got ` +
      `${bytes.length}`,
  )
  return { shape, bytes: bytes.subarray(headerLength), headerLength }
}
