// One owner of a folder: thousands of rounds of many processes, and every order of steps of three: `npm run test:lock`.
import { Command } from 'commander'
import { RandomStream, streamKey } from '../../base/random.ts'
import { positiveInteger, wholeNumber } from '../../cli/options.ts'
import { isRight, large } from '../train/lock/contests.ts'
import { explore } from '../train/lock/explorer.ts'
import { contend } from '../train/lock/rounds.ts'

await new Command()
  .description('Has processes take one folder in the same millisecond, and counts how many own it.')
  .option('--rounds <count>', 'so many', positiveInteger, 3000)
  .option('--processes <count>', 'so many at once', positiveInteger, 6)
  .option('--seed <number>', 'of which owners are killed', wholeNumber, 0)
  .action(async ({ rounds, processes, seed }: { rounds: number; processes: number; seed: number }) => {
    const stream = new RandomStream(streamKey(seed, 'kills'))
    const owners = await contend(rounds, processes, () => stream.uniform() < 0.05)
    for (const [count, times] of Object.entries(owners)) console.log(`${count} owners: ${times} rounds`)
    if (Object.keys(owners).some((count) => Number(count) > 1)) process.exit(1)
    for (const contest of large) {
      const endings = await explore(contest)
      const wrong = endings.filter((ending) => !isRight(ending))
      console.log(
        `${contest.since.length} processes, ${contest.crashes} killed: ${endings.length} endings, ${wrong.length} wrong`,
      )
      if (wrong.length > 0) process.exit(1)
    }
  })
  .parseAsync()
