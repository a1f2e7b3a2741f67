import { type Construct, type Meaning, Named } from '../../../base/files/pickle/values.ts'
import type { Refuse } from '../../../base/files/refusal.ts'
import { type ElementTypeName, elementTypeNames, elementTypes } from '../elementTypes.ts'
import { isSizes, type StorageReference, tensorView } from './tensorView.ts'

/** The name of a storage class of PyTorch. */
class StorageClass extends Named {
  readonly type: ElementTypeName

  constructor(type: ElementTypeName) {
    super(`torch.${elementTypes[type].storage}`)
    this.type = type
  }
}

/** Approximate size of a dictionary entry in bytes. */
const bytesOfEntry = 64

/** Makes a dictionary from nothing, another dictionary or pairs. */
const dictionaryOf: Construct = ([items = []], { budget, refuse }) => {
  if (items instanceof Map) return items
  if (!Array.isArray(items)) return refuse('a dictionary is built from something other than pairs')
  budget.take(bytesOfEntry * items.length, 'a dictionary')
  const isPairs = items.every((item) => Array.isArray(item) && item.length === 2)
  return isPairs ? new Map(items) : refuse('a dictionary is built from something other than pairs')
}

/**
 * Every name that a weight file may contain: dictionaries, tensors, their storages. `Counter` and `Size` occur in the
 * states of schedulers that training scripts save with the weights.
 */
const names: ReadonlyMap<string, Named> = new Map(
  [
    new Named('collections.OrderedDict', dictionaryOf),
    new Named('collections.Counter', dictionaryOf),
    new Named('torch.Size', ([lengths]) => lengths),
    new Named('torch._utils._rebuild_tensor', tensorView),
    new Named('torch._utils._rebuild_tensor_v2', tensorView),
    new Named('torch._utils._rebuild_parameter', ([tensor]) => tensor),
    ...elementTypeNames.map((type) => new StorageClass(type)),
  ].map((named) => [named.name, named]),
)

/**
 * Returns the meaning of the names and references in a PyTorch file. Adds every storage that is referenced to
 * `storages`, by key.
 */
export function meaningOf(storages: Map<string, StorageReference>, refuse: Refuse): Meaning {
  return {
    named: (name) =>
      names.get(name) ??
      refuse(
        `it needs '${name}', which is not part of a dictionary of tensors and is never loaded here. If you ` +
          "trust the file, load it in PyTorch and save its state dictionary alone: torch.save(model.state_dict(), 'weights.pth')",
      ),
    persistent: (id) => {
      const storage = storageOf(id, refuse)
      const noted = storages.get(storage.key) ?? storage
      if (noted.type !== storage.type || noted.length !== storage.length) {
        refuse(`storage ${storage.key} has two conflicting descriptions`)
      }
      storages.set(storage.key, noted)
      return noted
    },
  }
}

/** Decodes ('storage', class, key, device, length); old files add a sixth item, for views of other storages. */
function storageOf(id: unknown, refuse: Refuse): StorageReference {
  const [kind, storageClass, key, , length, window = null] = Array.isArray(id) ? id : []
  if (kind !== 'storage' || !(storageClass instanceof StorageClass)) {
    return refuse('it refers to something other than a storage')
  }
  if (typeof key !== 'string' || !isSizes([length]) || window !== null) {
    return refuse('a storage has no valid key and length')
  }
  return { key, type: storageClass.type, length }
}
