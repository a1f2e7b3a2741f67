import { checkFields, count, text } from '../../../base/arguments.ts'
import { demand } from '../../../base/errors.ts'

/** What every engine must know of an array of jobs, one for each line of a manifest. */
export interface ArrayJob {
  /** Its path as the jobs see it. */
  readonly manifest: string
  /** How many lines it has. */
  readonly runs: number
  /** At most so many runs at the same time. */
  readonly atOnce: number
  /** Of each run. */
  readonly cpus: number
  /** Of each run, in GiB. */
  readonly memory: number
}

/** Throws where a number is no count, or the manifest's path not one line; see `demandOneLine`. */
export function checkArrayJob(operation: string, job: ArrayJob): void {
  const rules = { manifest: text, runs: count, atOnce: count, cpus: count, memory: count }
  checkFields(operation, 'job', job, rules)
  demandOneLine(job.manifest)
}

/**
 * Throws where the manifest's path has a line break or another control character: the templates name it in comments, and
 * what follows a line break would be a command.
 */
function demandOneLine(manifest: string): void {
  demand(
    !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(manifest),
    () =>
      `manifest: expected a path without line breaks or control characters, got ${JSON.stringify(manifest)}`,
  )
}
