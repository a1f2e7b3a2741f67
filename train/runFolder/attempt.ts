/** A job that a cluster may start again after it was cut short, and which of its starts this is. */
export interface Attempt {
  readonly job: string
  readonly number: number
}

/**
 * What Slurm or AWS Batch say of this process. A later attempt begins when the earlier one has ended, on whatever machine
 * that was. Pods of a Kubernetes Indexed Job need no such word: that of an index has the name of its host from the index.
 */
export function attemptOf(environment: Readonly<Record<string, string | undefined>>): Attempt | undefined {
  const { SLURM_JOB_ID, SLURM_RESTART_COUNT = '0', AWS_BATCH_JOB_ID, AWS_BATCH_JOB_ATTEMPT } = environment
  if (SLURM_JOB_ID) return { job: `Slurm ${SLURM_JOB_ID}`, number: Number(SLURM_RESTART_COUNT) }
  if (AWS_BATCH_JOB_ID) return { job: `AWS Batch ${AWS_BATCH_JOB_ID}`, number: Number(AWS_BATCH_JOB_ATTEMPT) }
  return undefined
}
