import { Cases, type Outcome } from './cases.ts'
import type { FormatName } from './formats/index.ts'

/** What the parent asks for: these cases, one after the other. */
export interface Order {
  readonly format: FormatName
  readonly seed: number
  readonly from: number
  readonly to: number
}

/** What it is told: which case begins, and how one has ended. */
export type Message = { readonly begins: number } | { readonly ended: Outcome; readonly megabytes: number }

process.once('message', async ({ format, seed, from, to }: Order) => {
  const say = (message: Message) => process.send!(message)
  const cases = await Cases.of(format, seed)
  let before = 0
  for (let number = from; number < to; number++) {
    say({ begins: number })
    // What earlier files left behind is not held against this one.
    if (process.memoryUsage.rss() > before + 2 ** 25) {
      globalThis.gc?.()
      before = process.memoryUsage.rss()
    }
    // A training that made the files in order may have taken more than any file.
    const peak = process.resourceUsage().maxRSS
    const ended = await cases.run(number)
    const { maxRSS } = process.resourceUsage()
    const bytes = maxRSS > peak ? maxRSS * 1024 : process.memoryUsage.rss()
    say({ ended, megabytes: bytes / 2 ** 20 })
  }
  process.disconnect()
})
