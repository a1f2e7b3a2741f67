import type { Evaluation, RunResult, Summary } from '../train/index.ts'

/** Formats a duration: `12 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes} min ${whole % 60} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

export function percent(value: number): string {
  return `${value.toFixed(2)} %`
}

/** Formats a summary as `76.32 ± 0.21`; as the mean alone for one number, as a dash for none. */
export function meanAndDeviation(summary: Summary | undefined): string {
  if (summary === undefined) return '–'
  const { mean, deviation } = summary
  return deviation === undefined ? mean.toFixed(2) : `${mean.toFixed(2)} ± ${deviation.toFixed(2)}`
}

export function describe({ top1, top5, loss }: Evaluation): string {
  return `test top-1 ${percent(top1)}, top-5 ${percent(top5)}, loss ${loss.toFixed(4)}`
}

/** Formats the result of a run: test metrics after the last and the best epoch, the fingerprint of the weights, the folder. */
export function describeResult({ last, best, bestOn, fingerprint }: RunResult, folder: string): string {
  const chosen = `best epoch ${best.epoch}, chosen on the ${bestOn} images, with top-1 ${percent(best.test.top1)}`
  return `${describe(last.test)}; ${chosen}
fingerprint of the weights: ${shortFingerprint(fingerprint)}
run folder: ${folder}`
}

/** The first digits of a fingerprint, enough to tell weights apart at a glance; files hold all of it. */
export function shortFingerprint(fingerprint: string): string {
  return fingerprint.slice(0, 12)
}

/** The display name of a training run: `student-dtkd` is "student with DTKD". */
export function titleOf(name: string): string {
  const [, method] = name.split(/^student-/)
  if (method === undefined) return name
  return method === 'alone'
    ? 'student alone'
    : `student with ${method.replace(/\b(?!exact\b)\w+/g, capitals)}`
}

function capitals(word: string): string {
  return word.toUpperCase()
}
