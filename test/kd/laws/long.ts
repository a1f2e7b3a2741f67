import { Command } from 'commander'
import { wholeNumber } from '../../../bench/options.ts'
import { openExecutor } from '../../../engine/index.ts'
import { checkLaws, formatReport, ownLosses, ownLossNames, profileOf } from '../../../kd/laws/index.ts'
import { lawsOf, missingPart } from '../../../kd/laws/judge.ts'

const options = new Command('laws:long')
  .description(
    "Holds thermograd's losses to all laws of all profiles, with so many cases that rare ones come up. Exits with 1 if a " +
      'law is broken.',
  )
  .option('--cases <count>', 'at least so many in all', wholeNumber, 100_000)
  .option('--device <name>', 'what computes the losses', 'reference')
  .option('--seed <number>', 'of all cases (default: another each time)', wholeNumber)
  .parse()
  .opts<{ cases: number; device: string; seed?: number }>()
const { seed = Date.now() % 2 ** 31 } = options

const { executor } = await openExecutor(options.device)
const losses = ownLosses(executor)
/** Laws that are declared broken end at the first counterexample, and some need what a loss does not offer. */
const tested = ownLossNames.flatMap((name) => {
  const profile = profileOf(name)
  return lawsOf(profile).filter(
    (law) => profile.claims.includes(law.name) && !missingPart(law, { loss: losses[name], profile }),
  )
})
const runs = Math.ceil(options.cases / tested.length)
console.log(`${tested.length} claims on the ${executor.name} executor, ${runs} cases each, seed ${seed}`)
for (const name of ownLossNames) {
  const start = performance.now()
  const report = await checkLaws(losses[name], name, { runs, seed })
  const seconds = ((performance.now() - start) / 1000).toFixed(0)
  const held = report.verdicts.filter(({ outcome }) => outcome === 'holds').length
  console.log(
    `${report.holds ? 'holds ' : 'BROKEN'} ${name}: ${held * runs} cases of ${held} laws, ${seconds} s`,
  )
  if (report.holds) continue
  console.log(formatReport(report))
  process.exitCode = 1
}
