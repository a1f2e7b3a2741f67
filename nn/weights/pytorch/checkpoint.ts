import type { StorageReference } from './tensorView.ts'

/** The contents of a PyTorch file: the saved value, whose tensors are views of storages. */
export interface Checkpoint {
  readonly value: unknown
  /** Returns the bytes of a storage. */
  elementsOf(storage: StorageReference): Uint8Array
}
