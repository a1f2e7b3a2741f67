export type { TestFramework } from '../../base/laws/framework.ts'
export {
  argumentsOf,
  type DrawBatches,
  type LogitBatch,
  type LogitsConstraints,
  labels,
  logits,
  logitsPair,
  positiveMaxima,
  smoothPair,
  temperature,
} from './arbitraries.ts'
export { lawsByTopic, lossLaws } from './catalogue/allLaws.ts'
export { domainOf } from './catalogue/cases.ts'
export {
  type Assumption,
  differs,
  exceeds,
  firstOf,
  type LawDefinition,
  type LossLaw,
  type Part,
} from './catalogue/lossLaw.ts'
export {
  type CheckOptions,
  type CountRange,
  checkLaws,
  type LossReport,
  subjectOf,
} from './check.ts'
export { lawGroups } from './claims.ts'
export type { Corner, Maxima } from './corners.ts'
export { defineLaw, type LawSpecification } from './defineLaw.ts'
export {
  defineProfile,
  isProfileFamily,
  type ProfileFamily,
  type ProfileSpecification,
  type ProfileWithLaws,
} from './defineProfile.ts'
export { type DescribeOptions, describeLaws } from './describeLaws.ts'
export { logit } from './drawnRow.ts'
export { extremePair, rangeOf } from './extremes.ts'
export { type Precision, precisions, rounded, unitRoundoff } from './floats.ts'
export * as formulas from './formulas/index.ts'
export { formatHtml } from './html.ts'
export { judge, lawsOf, missingPart } from './judge.ts'
export { formatJUnit } from './junit.ts'
export type { HostLoss, HostTemperatures, LossFunction, LossObject, Rows } from './loss.ts'
export { LossFailure } from './lossFailure.ts'
export { type OwnLossName, ownLosses, ownLossNames } from './ownLosses.ts'
export { precisionOf } from './precision.ts'
export { type ProcessLoss, type ProcessOptions, processLoss } from './process/processLoss.ts'
export { type ShapeName, shapeNames } from './process/shapedLoss.ts'
export type { Profile, Term } from './profile.ts'
export { familyOf, type ProfileName, profileNames, profileOf } from './profiles.ts'
export { formatReport } from './report.ts'
export {
  type MaskedLoss,
  masked,
  type SeveralTeachersLoss,
  type SoftLabelLoss,
  severalTeachers,
  softLabels,
  type TokenLoss,
  teachersOf,
  tokens,
} from './shapes.ts'
export type { CaseStatistics, Extent, Statistics } from './statistics.ts'
export { formatStatistics } from './statisticsText.ts'
export { Subject, samplesOf } from './subject.ts'
export { hostLoss, type TensorLoss } from './tensorLoss.ts'
export { isBad, type LossVerdict, type Outcome } from './verdict.ts'
