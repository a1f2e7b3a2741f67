import { checkFields, count } from '../../../base/arguments.ts'
import { type ArrayJob, checkArrayJob } from './arrayJob.ts'

export interface SlurmArray extends ArrayJob {
  /** Until a run is asked to save and queue again, in hours. */
  readonly hours: number
}

/** A batch script for Slurm's `sbatch`. Throws for numbers that are no counts, and a manifest whose path is not one line. */
export function slurmScript(job: SlurmArray): string {
  checkArrayJob('slurmScript', job)
  checkFields('slurmScript', 'job', job, { hours: count })
  const { manifest, runs, atOnce, cpus, memory, hours } = job
  return `#!/bin/bash
# ${manifest} on Slurm, one task of an array for each of its ${runs} runs. Submit it with sbatch, in the folder from which
# the paths in the manifest begin and where every node sees the same files. Add your --partition and --account.
#SBATCH --job-name=thermograd
#SBATCH --array=0-${runs - 1}%${atOnce}
#SBATCH --cpus-per-task=${cpus}
#SBATCH --mem=${memory}G
#SBATCH --time=${hours}:00:00
# Tasks whose node failed or was taken from them queue again, and go on from their newest checkpoint.
#SBATCH --requeue
#SBATCH --open-mode=append
# So do tasks whose time is nearly up: two minutes before, this script hears of it.
#SBATCH --signal=B:USR1@120

save_and_requeue() {
  kill -TERM "$!"
  wait "$!"
  # 75 says that the run has saved and can go on.
  if [ "$?" -eq 75 ]; then scontrol requeue "$SLURM_JOB_ID"; fi
}
trap save_and_requeue USR1

export THERMOGRAD_THREADS="$SLURM_CPUS_PER_TASK"
# In the background: bash hears signals only while it waits.
thermograd run --manifest ${quoted(manifest)} --index auto &
wait "$!"
`
}

/** As bash takes it for one word. */
function quoted(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
