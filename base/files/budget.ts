import type { Refuse } from './refusal.ts'

/**
 * Returns how many bytes may result from reading a file: 32 per byte of the file, plus 1 MiB. A malicious file can
 * demand far more than it holds: data that unpacks to a thousand times its size, a tensor that repeats one number, a
 * hundred tensors that share the same numbers. Honest files rarely do any of that.
 */
export function mostBytesOf(fileBytes: number, bytesPerByte = 32): number {
  return bytesPerByte * fileBytes + 2 ** 20
}

/** The memory that reading a file may take. */
export class Budget {
  #left: number
  readonly #refuse: Refuse

  /** Takes the size of the file in bytes; see `mostBytesOf`. */
  constructor(fileBytes: number, refuse: Refuse, bytesPerByte?: number) {
    this.#left = mostBytesOf(fileBytes, bytesPerByte)
    this.#refuse = refuse
  }

  /** Call before allocating: throws if this many bytes exceed what is left. */
  take(bytes: number, what: string): void {
    if (!(bytes <= this.#left)) this.#refuse(`${what} would take more memory than a file of this size needs`)
    this.#left -= bytes
  }
}
