import { findRuns } from './findRuns.ts'
import { reportPage } from './page.ts'
import { type RunRecord, readRun } from './runRecord.ts'

export { type ServedReport, serveReport } from './serve.ts'

/**
 * A report on the runs that paths lead to, each the folder of a run or one with such folders in it: a page of HTML that
 * needs no network. `images: false` leaves the test images out of it, which not everybody may pass on. Throws where a path
 * leads to no run, or a file of a run is damaged.
 */
export async function reportOnRuns(
  paths: readonly string[],
  { images = true }: { readonly images?: boolean } = {},
): Promise<string> {
  const folders = await findRuns(paths)
  const runs = await Promise.all(folders.map(readRun))
  return reportPage(images ? runs : runs.map(withoutImages))
}

function withoutImages(run: RunRecord): RunRecord {
  const { confusions } = run
  if (confusions === undefined) return run
  const worst = confusions.worst.map((confusion) => ({ ...confusion, images: [] }))
  return { ...run, confusions: { ...confusions, worst } }
}
