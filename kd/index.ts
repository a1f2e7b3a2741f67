export { type Distillation, type Loss, scalarsOf } from './distillation.ts'
export {
  alone,
  type Distiller,
  type DistillerBatch,
  distiller,
  distillerNames,
  type Method,
} from './distillers.ts'
export { type DkdOptions, dkd, nckd, tckd } from './dkd.ts'
export { type DtkdOptions, dtkd } from './dtkd.ts'
export { type DynamicTemperatureOptions, dynamicTemperatures } from './dynamicTemperatures.ts'
export { type ExactTemperatureOptions, exactTemperatures } from './exactTemperatures.ts'
export { type KdOptions, kd } from './kd.ts'
export { klDivergence, temperedDivergence } from './klDivergence.ts'
export { centred, centredSharpness, sharpness } from './sharpness.ts'
export type { TemperatureOptions } from './temperatureRule.ts'
export { sharedTemperatures, type Temperatures } from './temperatures.ts'
export { type WarmUpOptions, warmUpWeight } from './warmUp.ts'
