import type { ReadableWritablePair } from 'node:stream/web'
import { ReadableStream } from 'node:stream/web'
import { createTarDecoder, type ParsedTarEntry } from 'modern-tar'
import { explained } from './explain.ts'

/** A file in a tar archive, read as it streams by. */
export interface TarFile {
  /** Path within the archive. */
  readonly path: string
  /** Size in bytes. */
  readonly size: number
  readonly chunks: AsyncIterable<Uint8Array>
}

/**
 * Yields the files of a tar archive in order; each must be read or skipped before the next. For an archive that is
 * truncated, damaged or not a tar archive, throws an error with the sentence and the cause.
 */
export async function* filesInTar(
  archive: AsyncIterable<Uint8Array>,
  sentence: string,
): AsyncGenerator<TarFile> {
  // Node's and the browser's stream types differ in a detail of byte readers.
  const decoder = createTarDecoder({ strict: true }) as unknown as ReadableWritablePair
  const entries: AsyncIterable<ParsedTarEntry> = ReadableStream.from(archive).pipeThrough(decoder)
  for await (const { header, body } of explained(sentence, () => entries)) {
    const chunks = explained(sentence, () => body)
    if (header.type === 'file') yield { path: header.name, size: header.size, chunks }
    // Drain what the caller left unread. Cancelling the body instead would hang the next read: the decoder may already be at
    // the next file, whose body it would lose.
    for await (const _ of explained(sentence, () => body));
  }
}
