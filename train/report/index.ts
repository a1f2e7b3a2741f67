import { findRuns } from './findRuns.ts'
import { reportPage } from './page.ts'
import { readRun } from './runRecord.ts'

export { type ServedReport, serveReport } from './serve.ts'

/**
 * A report on the runs that paths lead to, each the folder of a run or one with such folders in it: a page of HTML that
 * needs no network. Throws where a path leads to no run, or a file of a run is damaged.
 */
export async function reportOnRuns(paths: readonly string[]): Promise<string> {
  const folders = await findRuns(paths)
  return reportPage(await Promise.all(folders.map(readRun)))
}
