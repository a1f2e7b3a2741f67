export {
  type Corner,
  extremePair,
  type LogitBatch,
  type LogitsConstraints,
  labels,
  logit,
  logits,
  logitsPair,
  type Maxima,
  positiveMaxima,
  ranges,
  smoothPair,
  temperature,
} from './arbitraries.ts'
export { lawsByTopic, lossLaws } from './catalogue/allLaws.ts'
export type { LossLaw } from './catalogue/lossLaw.ts'
export { type CheckOptions, checkLaws, type LossReport } from './check.ts'
export type { HostLoss, HostTemperatures, LossFunction, LossObject, Rows } from './loss.ts'
export { ownLosses } from './ownLosses.ts'
export type { Profile } from './profile.ts'
export { type ProfileName, profileNames, profileOf } from './profiles.ts'
export { formatReport } from './report.ts'
export { hostLoss, type TensorLoss } from './tensorLoss.ts'
export type { LossVerdict, Outcome } from './verdict.ts'
export { describeLaws } from './vitest.ts'
