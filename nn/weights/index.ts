export type { ElementTypeName } from './elementTypes.ts'
export { readStored } from './formats.ts'
export {
  decodeSafetensors,
  encodeSafetensors,
  type Metadata,
  type Safetensors,
} from './safetensors.ts'
export type { StoredTensor, StoredTensors } from './storedTensor.ts'
export { loadWeights, readWeightFile, saveWeights, stateDictOf, writeWeightFile } from './weights.ts'
