import type { Mutation } from '../mutations.ts'

/** A kind of files that strangers may hand to thermograd. */
export interface Format {
  /** Small files of the kind that are in order. */
  seeds(): Promise<readonly Uint8Array[]>
  /** Makes of one of them another that is not, or not quite. */
  readonly spoil: Mutation
  /** Reads a file as users do, in a folder of its own where it needs one. */
  read(bytes: Uint8Array, folder: string): unknown
}
