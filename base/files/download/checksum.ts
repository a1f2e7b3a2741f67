import { createHash } from 'node:crypto'
import { chunksIn } from '../regularFile.ts'

/** A hash function for checksums. */
export type ChecksumKind = 'SHA-256' | 'MD5'

export interface Checksum {
  readonly kind: ChecksumKind
  /** The checksum in hexadecimal. */
  readonly digits: string
}

/** Returns the checksum of a file in hexadecimal. */
export async function checksumOf(path: string, kind: ChecksumKind = 'SHA-256'): Promise<string> {
  const hash = createHash(kind.replace('-', ''))
  for await (const chunk of chunksIn(path)) hash.update(chunk)
  return hash.digest('hex')
}
