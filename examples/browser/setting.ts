/** The user's choices for a student. */
export interface Setting {
  readonly method: Method
  /** Reference temperature τ, around which all temperatures lie. */
  readonly referenceTemperature: number
  readonly executor: ExecutorName
}

export const methods = {
  alone: 'Labels only, no teacher',
  kd: 'KD, one temperature',
  dtkd: 'DTKD, dynamic temperatures',
  'dtkd-exact': 'DTKD, equal sharpness',
} as const

export type Method = keyof typeof methods

export const executors = {
  wasm: 'WebAssembly',
  webgpu: 'WebGPU',
} as const

export type ExecutorName = keyof typeof executors

export const firstSetting: Setting = { method: 'dtkd', referenceTemperature: 4, executor: 'wasm' }

/** Determines the initial weights, the order of the images and the ones that the student sees. */
export const seed = 0
