import { rename, rm, stat, writeFile } from 'node:fs/promises'
import { openFile, readTextIfThere } from '../regularFile.ts'

/** A file that is being downloaded, under a temporary name beside its own, so that another process can go on with it. */
export class PartialFile {
  /** Where the bytes are that have come. */
  readonly path: string
  readonly #wholePath: string
  /** Where it is noted which version of the server's file the bytes are of. */
  readonly #note: string

  constructor(path: string) {
    this.path = `${path}.partial`
    this.#wholePath = path
    this.#note = `${path}.partial.version`
  }

  /** How many bytes have come. */
  async size(): Promise<number> {
    return stat(this.path).then(
      ({ size }) => size,
      () => 0,
    )
  }

  /** What the server called the version of the file, if it did. */
  async version(): Promise<string | undefined> {
    return readTextIfThere(this.#note).catch(() => undefined)
  }

  /** Throws away what has come, for bytes of this version. */
  async restart(version: string | undefined): Promise<void> {
    await this.discard()
    if (version !== undefined) await writeFile(this.#note, version)
  }

  /** Adds bytes as they come, calling back with the new size. What came before an error stays. */
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

  /** Gives the whole file its name. */
  async finish(): Promise<void> {
    await rename(this.path, this.#wholePath)
    await rm(this.#note, { force: true })
  }

  async discard(): Promise<void> {
    await rm(this.path, { force: true })
    await rm(this.#note, { force: true })
  }
}
