import type { ReadableWritablePair } from 'node:stream/web'
import { ReadableStream } from 'node:stream/web'
import { createTarDecoder, type ParsedTarEntry } from 'modern-tar'
import { explained } from './explain.ts'

/** A file in a tar archive, read as it streams by. */
export interface TarFile {
  /** With its folders, as it stands in the archive. */
  readonly path: string
  /** In bytes. */
  readonly size: number
  readonly chunks: AsyncIterable<Uint8Array>
}

/**
 * The files of a tar archive, one after the other: each must be read, or passed over, before the next one comes. Throws
 * the sentence, and what is wrong, for an archive that is truncated, damaged or none.
 */
export async function* filesInTar(
  archive: AsyncIterable<Uint8Array>,
  sentence: string,
): AsyncGenerator<TarFile> {
  // Node's and the browser's types of streams differ in a detail of byte readers.
  const decoder = createTarDecoder({ strict: true }) as unknown as ReadableWritablePair
  const entries: AsyncIterable<ParsedTarEntry> = ReadableStream.from(archive).pipeThrough(decoder)
  for await (const { header, body } of explained(sentence, () => entries)) {
    const chunks = explained(sentence, () => body)
    if (header.type === 'file') yield { path: header.name, size: header.size, chunks }
    // What nobody has read is read here. Cancelling it would not do: the decoder, which may be at the next file already,
    // would lose that one's body, and whoever reads it would wait for ever.
    for await (const _ of explained(sentence, () => body));
  }
}
