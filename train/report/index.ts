import { arrayOf, check, checkOptions, path as pathRule, truth } from '../../base/arguments.ts'
import { demand } from '../../base/errors.ts'
import { demandRuns, findRuns } from './findRuns.ts'
import { reportPage } from './page.ts'
import { type RunRecord, readRuns } from './runRecord.ts'

export { type ServedReport, serveReport } from './serve.ts'

/**
 * A report on the runs that paths lead to, each the folder of a run or one with such folders in it: a page of HTML that
 * needs no network. `images: false` leaves the test images out of it, which not everybody may pass on. Runs with a damaged
 * file are named with the reason. Throws where a path leads to no run, or no run can be read.
 */
export async function reportOnRuns(
  paths: readonly string[],
  options: { readonly images?: boolean } = {},
): Promise<string> {
  check('reportOnRuns', 'paths', paths, arrayOf(pathRule))
  checkOptions('reportOnRuns', options, { images: truth })
  const { images = true } = options
  const found = await findRuns(paths)
  demandRuns(found)
  const { runs, unreadable } = await readRuns(found.runs)
  demand(runs.length > 0, () => unreadable[0].reason)
  return reportPage({ runs: images ? runs : runs.map(withoutImages), unreadable })
}

function withoutImages(run: RunRecord): RunRecord {
  const { confusions } = run
  if (confusions === undefined) return run
  const worst = confusions.worst.map((confusion) => ({ ...confusion, images: [] }))
  return { ...run, confusions: { ...confusions, worst } }
}
