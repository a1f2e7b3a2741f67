import { rename, rm, stat, writeFile } from 'node:fs/promises'
import { openFile, readTextIfThere } from '../regularFile.ts'

/** A file that is being downloaded, under a temporary name next to its own, so another process can resume it. */
export class PartialFile {
  /** Path of the bytes received so far. */
  readonly path: string
  readonly #wholePath: string
  /** Path of the note that holds the version of the server's file. */
  readonly #note: string

  constructor(path: string) {
    this.path = `${path}.partial`
    this.#wholePath = path
    this.#note = `${path}.partial.version`
  }

  /** Returns the number of bytes received so far. */
  async size(): Promise<number> {
    return stat(this.path).then(
      ({ size }) => size,
      () => 0,
    )
  }

  /** Returns the server's name for the version of the file, if it sent one. */
  async version(): Promise<string | undefined> {
    return readTextIfThere(this.#note).catch(() => undefined)
  }

  /** Discards the bytes received so far, and notes the version of those to come. */
  async restart(version: string | undefined): Promise<void> {
    await this.discard()
    if (version !== undefined) await writeFile(this.#note, version)
  }

  /** Appends bytes as they arrive, calling back with the new size. Keeps what arrived before an error. */
  async append(chunks: AsyncIterable<Uint8Array>, onGrowth: (size: number) => void): Promise<void> {
    const file = await openFile(this.path, 'append')
    try {
      let { size } = await file.stat()
      for await (const chunk of chunks) {
        await file.appendFile(chunk)
        onGrowth((size += chunk.length))
      }
      await file.sync()
    } finally {
      await file.close()
    }
  }

  /** Renames the complete file to its final name. */
  async finish(): Promise<void> {
    await rename(this.path, this.#wholePath)
    await rm(this.#note, { force: true })
  }

  async discard(): Promise<void> {
    await rm(this.path, { force: true })
    await rm(this.#note, { force: true })
  }
}
