import type { Refuse } from './refusal.ts'

/**
 * How many bytes may come of a file of so many: 32 for each, and a megabyte. A file can ask for far more than it holds:
 * with data that unpacks to a thousand times its size, a tensor that repeats one number, a hundred tensors of the same
 * numbers. Honest files do none of that, or little.
 */
export function mostBytesOf(fileBytes: number, bytesPerByte = 32): number {
  return bytesPerByte * fileBytes + 2 ** 20
}

/** How much memory the reading of a file may take. */
export class Budget {
  #left: number
  readonly #refuse: Refuse

  /** For a file of so many bytes: see `mostBytesOf`. */
  constructor(fileBytes: number, refuse: Refuse, bytesPerByte?: number) {
    this.#left = mostBytesOf(fileBytes, bytesPerByte)
    this.#refuse = refuse
  }

  /** Throws unless so many more bytes may be taken, before they are. */
  take(bytes: number, what: string): void {
    if (!(bytes <= this.#left)) this.#refuse(`${what} would take more memory than a file of this size needs`)
    this.#left -= bytes
  }
}
