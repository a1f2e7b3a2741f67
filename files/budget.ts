import type { Refuse } from './refusal.ts'

/**
 * How much memory the reading of a file may take. A file can ask for far more than it holds: with a zip that unpacks
 * to a thousand times its size, a tensor that repeats one number, a hundred tensors of the same numbers. Honest files
 * do none of that, or little.
 */
export class Budget {
  #left: number
  readonly #refuse: Refuse

  /** 32 bytes for each byte of the file, and a megabyte. */
  constructor(fileBytes: number, refuse: Refuse) {
    this.#left = 32 * fileBytes + 2 ** 20
    this.#refuse = refuse
  }

  /** Throws unless so many more bytes may be taken, before they are. */
  take(bytes: number, what: string): void {
    if (!(bytes <= this.#left)) this.#refuse(`${what} would take more memory than a file of this size needs`)
    this.#left -= bytes
  }
}
