import { deflateSync, gunzipSync, gzipSync } from 'node:zlib'
import { unzipSync, zipSync } from 'fflate'
import { type Mutation, pick, spoiling } from './mutations.ts'
import { packTarSync, unpackTarSync } from './tar.ts'

/** 32 MB of zeros, packed by zlib: 32 KB. */
export const bomb = deflateSync(new Uint8Array(2 ** 25), { level: 9 })
/** The same, packed by gzip. */
const gzipBomb = gzipSync(new Uint8Array(2 ** 25), { level: 9 })

/** Spoils what gzip packed and packs it again, so that checksums do not protect what is in it. */
export function insideGzip(inner: Mutation): Mutation {
  return (bytes, stream, other) => {
    if (stream.integer(300) === 0) return gzipBomb
    return gzipSync(inner(gunzipSync(bytes), stream, gunzipSync(other)), { level: 1 })
  }
}

/** Spoils a file in a tar archive, or a header of it, whose sum is made right again. */
export function insideTar(inner: Mutation): Mutation {
  return (bytes, stream, other) => {
    const files = unpackTarSync(bytes)
    const spoiled = pick(files, stream)
    const body = inner(spoiled.body, stream, other)
    const isHeader = stream.integer(4) === 0
    const changed = files.map((file) => {
      if (file !== spoiled) return file
      return isHeader ? { ...file, header: spoiling()(file.header, stream, other) } : { ...file, body }
    })
    const order = stream.integer(10) === 0 ? [...changed, pick(changed, stream)] : changed
    return packTarSync(order, isHeader)
  }
}

/** Spoils a file in a zip archive, one of these for preference, and packs the archive again. */
export function insideZip(inner: Mutation, preferred: string): Mutation {
  return (bytes, stream, other) => {
    const files = unzipSync(bytes)
    const names = Object.keys(files)
    const name =
      stream.integer(4) === 0 ? pick(names, stream) : names.find((name) => name.endsWith(preferred))!
    return zipSync(
      { ...files, [name]: inner(files[name], stream, other) },
      { level: pick([0, 1], stream) as 0 | 1 },
    )
  }
}
