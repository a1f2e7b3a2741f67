import { Cases, type Outcome } from './cases.ts'
import { type FormatName, formatNamed } from './formats/index.ts'
import type { Range } from './fuzz.ts'

/** What the parent asks for: the files in order of a format, or to read these spoiled ones, one after the other. */
export type Order = { readonly makes: FormatName } | ({ readonly format: FormatName } & Range)

/** What it is told: the files, or which case begins, and how one has ended. */
export type Message =
  | { readonly made: readonly Uint8Array[] }
  | { readonly begins: number }
  | { readonly ended: Outcome; readonly megabytes: number }

process.once('message', async (order: Order) => {
  const say = (message: Message) => process.send!(message)
  if ('makes' in order) {
    const { seeds } = await formatNamed(order.makes)
    say({ made: await seeds() })
    process.disconnect()
    return
  }
  const { format, files, seed, from, to } = order
  const cases = await Cases.of(format, seed, files)
  let before = 0
  for (let number = from; number < to; number++) {
    say({ begins: number })
    // What earlier files left behind is not held against this one.
    if (process.memoryUsage.rss() > before + 2 ** 25) {
      globalThis.gc?.()
      before = process.memoryUsage.rss()
    }
    const peak = process.resourceUsage().maxRSS
    const ended = await cases.run(number)
    const { maxRSS } = process.resourceUsage()
    const bytes = maxRSS > peak ? maxRSS * 1024 : process.memoryUsage.rss()
    say({ ended, megabytes: bytes / 2 ** 20 })
  }
  process.disconnect()
})
