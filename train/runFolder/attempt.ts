/** An attempt at a job that a cluster may restart after an interruption. */
export interface Attempt {
  readonly job: string
  readonly number: number
}

/**
 * Returns the attempt that Slurm or AWS Batch report in the environment. A later attempt begins only after the earlier one has
 * ended, even on another machine. A Kubernetes Indexed Job needs no attempt: the pods of an index have the same host name.
 */
export function attemptOf(environment: Readonly<Record<string, string | undefined>>): Attempt | undefined {
  const { SLURM_JOB_ID, SLURM_RESTART_COUNT = '0', AWS_BATCH_JOB_ID, AWS_BATCH_JOB_ATTEMPT } = environment
  if (SLURM_JOB_ID) return { job: `Slurm ${SLURM_JOB_ID}`, number: Number(SLURM_RESTART_COUNT) }
  if (AWS_BATCH_JOB_ID) return { job: `AWS Batch ${AWS_BATCH_JOB_ID}`, number: Number(AWS_BATCH_JOB_ATTEMPT) }
  return undefined
}
