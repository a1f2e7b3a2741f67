import { checkFields, count, text } from '../../../base/arguments.ts'
import { demand } from '../../../base/errors.ts'

/** Parameters of a job array with one job for each line of a manifest. */
export interface ArrayJob {
  /** Path of the manifest as the jobs see it. */
  readonly manifest: string
  /** Number of lines of the manifest. */
  readonly runs: number
  /** Maximal number of concurrent runs. */
  readonly atOnce: number
  /** CPUs per run. */
  readonly cpus: number
  /** Memory per run in GiB. */
  readonly memory: number
}

/** Throws if a number is not a count, or if the manifest's path is not a single line; see `demandOneLine`. */
export function checkArrayJob(operation: string, job: ArrayJob): void {
  const rules = { manifest: text, runs: count, atOnce: count, cpus: count, memory: count }
  checkFields(operation, 'job', job, rules)
  demandOneLine(job.manifest)
}

/**
 * Throws if the manifest's path has a line break or another control character: the templates name it in comments, and text
 * after a line break would be a command.
 */
function demandOneLine(manifest: string): void {
  demand(
    !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(manifest),
    () =>
      `manifest: expected a path without line breaks or control characters, got ${JSON.stringify(manifest)}`,
  )
}
