import Table from 'cli-table3'
import { Command } from 'commander'
import { wholeNumber } from '../../../bench/options.ts'
import { openExecutor } from '../../../engine/index.ts'
import { checkLaws } from '../../../kd/laws/check.ts'
import { ownLosses } from '../../../kd/laws/ownLosses.ts'
import { isBad } from '../../../kd/laws/verdict.ts'
import { mutants } from './mutants/index.ts'
import { survey } from './mutants/survey.ts'
import { plainLosses, type RightLoss } from './plainLosses.ts'

const { seeds: count } = new Command('laws:mutants')
  .description(
    'Prints which laws catch each of the wrong losses, and after how many cases: for the law that its author would expect ' +
      'the most of all seeds, for the others with the first seed. Then holds right losses to all laws with the same seeds. ' +
      'Exits with 1 if a wrong loss survives the law expected or a right one is caught.',
  )
  .option('--seeds <count>', 'try the seeds from 1 to this one', wholeNumber, 10)
  .parse()
  .opts<{ seeds: number }>()
const seeds = Array.from({ length: count }, (_, i) => i + 1)

const surprises = [...(await survivingMutants()), ...(await caughtRightLosses())]
for (const surprise of surprises) console.log(surprise)
process.exitCode = surprises.length > 0 ? 1 : 0

async function survivingMutants(): Promise<string[]> {
  const table = new Table({
    head: ['mutant', 'profile', 'law expected, runs', 'also caught by, runs'],
    colWidths: [42, 14, 30, 64],
    wordWrap: true,
    style: { head: [], border: [] },
  })
  const survivors: string[] = []
  for (const mutant of mutants) {
    const { name, mistake, profile, law } = mutant
    const { caught, missed } = await survey(mutant, seeds, law)
    const others = await survey(mutant, seeds.slice(0, 1))
    const also = [...others.caught].filter(([other]) => other !== law).map((entry) => entry.join(' '))
    table.push([`${name}: ${mistake}`, profile, `${law} ${caught.get(law) ?? ''}`, also.join(', ')])
    if (missed.length > 0) survivors.push(`${name} survived ${law} with seeds ${missed.join(', ')}`)
  }
  console.log(table.toString())
  console.log(`${mutants.length} wrong losses, ${seeds.length} seeds: ${survivors.length} survived`)
  return survivors
}

async function caughtRightLosses(): Promise<string[]> {
  const caught: string[] = []
  const losses = [...plainLosses, ...(await ours('reference')), ...(await ours('wasm'))]
  for (const { name, profile, loss } of losses) {
    const laws: string[] = []
    for (const seed of seeds) {
      const { verdicts } = await checkLaws(loss, profile, { seed })
      laws.push(...verdicts.filter(isBad).map(({ law }) => `${law.name} with seed ${seed}`))
    }
    console.log(`${name}, ${profile}: ${laws.join(', ') || 'passes'}`)
    if (laws.length > 0) caught.push(`${name}, ${profile}, was caught by ${laws.join(', ')}`)
  }
  return caught
}

async function ours(device: string): Promise<RightLoss[]> {
  const { executor } = await openExecutor(device)
  const losses = Object.entries(ownLosses(executor)) as [RightLoss['profile'], RightLoss['loss']][]
  return losses.map(([profile, loss]) => ({ name: `ours on ${device}`, profile, loss }))
}
