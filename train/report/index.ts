import { arrayOf, check, checkOptions, path as pathRule, truth } from '../../base/arguments.ts'
import { demand } from '../../base/errors.ts'
import { demandRuns, findRuns } from './findRuns.ts'
import { reportPage } from './page.ts'
import { type RunRecord, readRuns } from './runRecord.ts'

export { type ServedReport, serveReport } from './serve.ts'

/**
 * Returns a self-contained HTML report on the runs under the given paths, each a run folder or a folder that contains some.
 * `images: false` leaves out the test images, whose licence may not allow redistribution. Runs with a damaged file are named
 * with the reason. Throws if a path contains no run, or if no run can be read.
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
