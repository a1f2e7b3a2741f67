/** An IDX file of bytes with these axes. */
export function idx(shape: readonly number[], elements: readonly number[]): Uint8Array {
  const header = Buffer.alloc(4 + 4 * shape.length)
  header.writeUInt32BE(0x800 + shape.length)
  for (const [axis, length] of shape.entries()) header.writeUInt32BE(length, 4 + 4 * axis)
  return Buffer.concat([header, Uint8Array.from(elements)])
}

/** Three training images of 2×4 pixels and one test image, in files as MNIST has them: pixel p of all is p. */
export function idxFiles(): Record<string, Uint8Array> {
  const pixels = (count: number) => Array.from({ length: count * 8 }, (_, place) => place)
  return {
    'train-images-idx3-ubyte': idx([3, 2, 4], pixels(3)),
    'train-labels-idx1-ubyte': idx([3], [5, 0, 9]),
    't10k-images-idx3-ubyte': idx([1, 2, 4], pixels(1)),
    't10k-labels-idx1-ubyte': idx([1], [3]),
  }
}
