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
