import type { StorageReference } from './tensorView.ts'

/** What a PyTorch file holds: whatever was saved, tensors in it being views of storages. */
export interface Checkpoint {
  readonly value: unknown
  /** The bytes of a storage. */
  elementsOf(storage: StorageReference): Uint8Array
}
