import { createHash } from 'node:crypto'
import { chunksIn } from '../regularFile.ts'

/** How a file is told from others. */
export type ChecksumKind = 'SHA-256' | 'MD5'

export interface Checksum {
  readonly kind: ChecksumKind
  /** Hexadecimal. */
  readonly digits: string
}

/** The checksum of a file, in hexadecimal digits. */
export async function checksumOf(path: string, kind: ChecksumKind = 'SHA-256'): Promise<string> {
  const hash = createHash(kind.replace('-', ''))
  for await (const chunk of chunksIn(path)) hash.update(chunk)
  return hash.digest('hex')
}
