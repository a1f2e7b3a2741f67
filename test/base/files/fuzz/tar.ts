/** A file in a tar archive, its header of 512 bytes as it stands. */
export interface TarEntry {
  readonly header: Uint8Array
  readonly body: Uint8Array
}

const block = 512

/** The files of an archive that is whole. */
export function unpackTarSync(bytes: Uint8Array): TarEntry[] {
  const entries: TarEntry[] = []
  for (let at = 0; at + block <= bytes.length && bytes[at] !== 0; ) {
    const header = bytes.subarray(at, at + block)
    const size = Number.parseInt(Buffer.from(header.subarray(124, 136)).toString('latin1'), 8)
    entries.push({ header, body: bytes.subarray(at + block, at + block + size) })
    at += block + Math.ceil(size / block) * block
  }
  return entries
}

/** An archive of these files, with sizes and sums that are right; sizes as the headers say them if asked. */
export function packTarSync(entries: readonly TarEntry[], keepSizes = false): Uint8Array {
  const parts = entries.flatMap(({ header, body }) => {
    const written = Buffer.alloc(block)
    written.set(header.subarray(0, block))
    if (!keepSizes) written.write(`${body.length.toString(8).padStart(11, '0')}\0`, 124, 'latin1')
    written.fill(' ', 148, 156)
    const sum = written.reduce((total, byte) => total + byte, 0)
    written.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
    return [written, body, new Uint8Array(-body.length & (block - 1))]
  })
  return Buffer.concat([...parts, new Uint8Array(2 * block)])
}
