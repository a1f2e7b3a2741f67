import { parseArgs } from 'node:util'
import { openExecutor } from '../../../engine/index.ts'
import { lawsOf, missingPart } from '../../../kd/laws/check.ts'
import { checkLaws, formatReport, ownLosses, profileNames, profileOf } from '../../../kd/laws/index.ts'

/**
 * Holds thermograd's losses to all laws of all profiles, with so many cases that rare ones come up. Exits with 1 if a
 * law is broken.
 *
 *     npm run laws:long -- --cases 100000 --device reference
 */
const { values: options } = parseArgs({
  options: {
    cases: { type: 'string', default: '100000' },
    device: { type: 'string', default: 'reference' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
  },
})

const { executor } = await openExecutor(options.device)
const losses = ownLosses(executor)
/** Laws that are declared broken end at the first counterexample, and some need what a loss does not offer. */
const tested = profileNames.flatMap((name) => {
  const profile = profileOf(name)
  return lawsOf(profile).filter(
    (law) => profile.claims.includes(law.name) && !missingPart(law, { loss: losses[name], profile }),
  )
})
const runs = Math.ceil(Number(options.cases) / tested.length)
console.log(
  `${tested.length} claims on the ${executor.name} executor, ${runs} cases each, seed ${options.seed}`,
)
for (const name of profileNames) {
  const start = performance.now()
  const report = await checkLaws(losses[name], name, { runs, seed: Number(options.seed) })
  const seconds = ((performance.now() - start) / 1000).toFixed(0)
  const held = report.verdicts.filter(({ outcome }) => outcome === 'holds').length
  console.log(
    `${report.holds ? 'holds ' : 'BROKEN'} ${name}: ${held * runs} cases of ${held} laws, ${seconds} s`,
  )
  if (report.holds) continue
  console.log(formatReport(report))
  process.exitCode = 1
}
