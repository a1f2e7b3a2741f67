import { check, optional, recordOf, text as textRule } from '../../base/arguments.ts'
import { demand } from '../../base/errors.ts'

/** Environment variables in which Slurm, Kubernetes and AWS Batch pass the array index of a job. */
const variables = ['SLURM_ARRAY_TASK_ID', 'JOB_COMPLETION_INDEX', 'AWS_BATCH_JOB_ARRAY_INDEX']

/**
 * Returns the array index of this process, counted from 0, from the variables set by its scheduler. Array indices of
 * Kubernetes and AWS Batch begin at 0; those of Slurm begin where its `--array` does, which must be 0.
 */
export function arrayIndex(environment: Readonly<Record<string, string | undefined>>): number {
  check('arrayIndex', 'environment', environment, recordOf(optional(textRule)))
  const set = variables.filter((name) => environment[name] !== undefined)
  demand(
    set.length > 0,
    () => `index: this process is not part of a job array: none of ${variables.join(', ')} is set`,
  )
  demand(
    set.length === 1,
    () => `index: expected one job array, but ${set.join(' and ')} are set: give the index as a number`,
  )
  const [name] = set
  const text = environment[name]!
  demand(/^\d+$/.test(text), () => `index: expected ${name} to be an integer of 0 or more, got '${text}'`)
  return Number(text)
}
