export { defineMethod, type MethodDefinition, type WrittenMethod } from './defineMethod.ts'
export {
  definitionOf,
  distillerNames,
  type MethodName,
  type MethodOptions,
  type NameOf,
} from './definitions.ts'
export { type Distillation, type Loss, scalarsOf, type Weighted } from './distillation.ts'
export { type Distiller, distiller } from './distillers.ts'
export { klDivergence, temperedDivergence } from './klDivergence.ts'
export {
  type Lesson,
  type LogitLesson,
  LogitMethod,
  Method,
  type NetworkPair,
  type TaughtLesson,
  type TaughtPair,
} from './method.ts'
export { alone } from './methods/alone.ts'
export { attentionLoss } from './methods/at.ts'
export { contrastLoss } from './methods/crd.ts'
export { reverseGradient } from './methods/ctkd.ts'
export { type DkdOptions, dkd, dkdOptions, nckd, tckd } from './methods/dkd.ts'
export { type DtkdOptions, dtkd, dtkdOptions } from './methods/dtkd.ts'
export {
  defineFeatureMethod,
  FeatureMethod,
  type FeatureSettings,
  featureOptions,
} from './methods/featureMethod.ts'
export { type KdOptions, kd, kdOptions } from './methods/kd.ts'
export { singularRelationLoss } from './methods/kdsvd.ts'
export { defineLogitMethod, type LogitLoss } from './methods/logitMethod.ts'
export { discrepancyLoss } from './methods/nst.ts'
export { marginOf, responseLoss } from './methods/ofd.ts'
export { neighbourhoodLoss } from './methods/pkt.ts'
export { contextLoss } from './methods/reviewkd.ts'
export { relationLosses } from './methods/rkd.ts'
export { singularVectors } from './methods/singularVectors.ts'
export { similarityLoss } from './methods/sp.ts'
export type { Option, OptionValue } from './option.ts'
export * as option from './option.ts'
export {
  type GivenOptions,
  type OptionRecord,
  type SettingsOf,
  withDefaults,
} from './options.ts'
export { standardised } from './standardised.ts'
export { type DynamicTemperatureOptions, dynamicTemperatures } from './temperatures/dynamicTemperatures.ts'
export { type ExactTemperatureOptions, exactTemperatures } from './temperatures/exactTemperatures.ts'
export { centred, centredSharpness, sharpness } from './temperatures/sharpness.ts'
export type { TemperatureOptions } from './temperatures/temperatureRule.ts'
export { sharedTemperatures, type Temperatures } from './temperatures/temperatures.ts'
export { type WarmUpOptions, warmUpWeight } from './warmUp.ts'
