import { checkFields, count } from '../../../base/arguments.ts'
import { type ArrayJob, checkArrayJob } from './arrayJob.ts'

export interface SlurmArray extends ArrayJob {
  /** Time limit in hours, shortly before which a run saves and requeues itself. */
  readonly hours: number
}

/** Returns a batch script for Slurm's `sbatch`. Throws if a number is not a count, or if the manifest's path is not one line. */
export function slurmScript(job: SlurmArray): string {
  checkArrayJob('slurmScript', job)
  checkFields('slurmScript', 'job', job, { hours: count })
  const { manifest, runs, atOnce, cpus, memory, hours } = job
  return `#!/bin/bash
# ${manifest} on Slurm, one array task for each of its ${runs} runs. Submit it with sbatch from the folder that the paths in
# the manifest are relative to; every node must see the same files there. Add your --partition and --account.
#SBATCH --job-name=thermograd
#SBATCH --array=0-${runs - 1}%${atOnce}
#SBATCH --cpus-per-task=${cpus}
#SBATCH --mem=${memory}G
#SBATCH --time=${hours}:00:00
# Tasks whose node fails, or that are preempted, are requeued and resume from their newest checkpoint.
#SBATCH --requeue
#SBATCH --open-mode=append
# Two minutes before the time limit, this script receives USR1 and requeues its task.
#SBATCH --signal=B:USR1@120

save_and_requeue() {
  kill -TERM "$!"
  wait "$!"
  # 75: the run has saved and can be resumed.
  if [ "$?" -eq 75 ]; then scontrol requeue "$SLURM_JOB_ID"; fi
}
trap save_and_requeue USR1

export THERMOGRAD_THREADS="$SLURM_CPUS_PER_TASK"
# In the background, because bash handles signals only while it waits.
thermograd run --manifest ${quoted(manifest)} --index auto &
wait "$!"
`
}

/** Quotes a text as a single bash word. */
function quoted(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
