export { arrayIndex } from './arrayIndex.ts'
export { type Difference, differencesBetween } from './differences.ts'
export {
  type Manifest,
  manifestText,
  type PlannedRun,
  plannedRunAt,
  plannedRuns,
  readManifest,
} from './manifest.ts'
export { type Outcome, outcomeOf } from './outcome.ts'
export { planStudy } from './plan.ts'
export { type Cell, type PairReport, reportOn, type StudyReport } from './report.ts'
export { fewestPairs, holm, type Significance, signFlipP, significanceOf, tTestP } from './significance.ts'
export { type Summary, summarize } from './statistics.ts'
export { readStudy, type WrittenStudy } from './study.ts'
export type { ArrayJob } from './templates/arrayJob.ts'
export { type KubernetesJob, kubernetesJob } from './templates/kubernetes.ts'
export { type SlurmArray, slurmScript } from './templates/slurm.ts'
