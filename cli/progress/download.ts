import type { Output } from '../output.ts'

/** Prints the progress of a download, one line per 5 %. */
export function downloadLines({ stderr }: Output): (received: number, total: number | undefined) => void {
  let printed = -1
  return (received, total) => {
    const percent = total === undefined ? 0 : Math.floor((20 * received) / total) * 5
    if (percent <= printed) return
    printed = percent
    stderr.write(`${percent} % of ${total === undefined ? 'unknown' : (total / 1e6).toFixed(1)} MB\n`)
  }
}
