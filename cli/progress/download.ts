import type { Output } from '../output.ts'

/** Tells how a download gets on: a line for each further twentieth. */
export function downloadLines({ stderr }: Output): (received: number, total: number | undefined) => void {
  let said = -1
  return (received, total) => {
    const percent = total === undefined ? 0 : Math.floor((20 * received) / total) * 5
    if (percent <= said) return
    said = percent
    stderr.write(`${percent} % of ${total === undefined ? 'unknown' : (total / 1e6).toFixed(1)} MB\n`)
  }
}
