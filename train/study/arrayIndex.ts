import { check, optional, recordOf, text as textRule } from '../../base/arguments.ts'
import { demand } from '../../base/errors.ts'

/** Where Slurm, Kubernetes and AWS Batch say which job of an array a process is. */
const variables = ['SLURM_ARRAY_TASK_ID', 'JOB_COMPLETION_INDEX', 'AWS_BATCH_JOB_ARRAY_INDEX']

/**
 * Which run of an array this process is, counted from 0: what the engine that started it says in its environment. Arrays
 * of Kubernetes and AWS Batch begin at 0; that of Slurm begins where its `--array` does, which must be 0.
 */
export function arrayIndex(environment: Readonly<Record<string, string | undefined>>): number {
  check('arrayIndex', 'environment', environment, recordOf(optional(textRule)))
  const set = variables.filter((name) => environment[name] !== undefined)
  demand(
    set.length > 0,
    () => `index: this process is in no array of jobs: none of ${variables.join(', ')} is set`,
  )
  demand(
    set.length === 1,
    () => `index: expected one array of jobs, but ${set.join(' and ')} are set: give the index as a number`,
  )
  const [name] = set
  const text = environment[name]!
  demand(/^\d+$/.test(text), () => `index: expected ${name} to be an integer of 0 or more, got '${text}'`)
  return Number(text)
}
