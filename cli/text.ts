import type { Evaluation, RunResult, Summary } from '../train/index.ts'

/** A time as people say it: `12 s`, `3 min 20 s`, `2 h 5 min`. */
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

/** `76.32 ± 0.21`; the mean alone where there is one number, a dash where there is none. */
export function meanAndDeviation(summary: Summary | undefined): string {
  if (summary === undefined) return '–'
  const { mean, deviation } = summary
  return deviation === undefined ? mean.toFixed(2) : `${mean.toFixed(2)} ± ${deviation.toFixed(2)}`
}

export function describe({ top1, top5, loss }: Evaluation): string {
  return `test top-1 ${percent(top1)}, top-5 ${percent(top5)}, loss ${loss.toFixed(4)}`
}

/** How a run ended: on the test images after the last epoch and after the best, and who chose that; with which weights. */
export function describeResult({ last, best, bestOn, fingerprint }: RunResult, folder: string): string {
  const chosen = `best epoch ${best.epoch}, chosen by the ${bestOn} images, with top-1 ${percent(best.test.top1)}`
  return `${describe(last.test)}; ${chosen}
fingerprint of the weights: ${shortFingerprint(fingerprint)}
run folder: ${folder}`
}

/** Enough of it to tell weights apart at a glance; files hold all of it. */
export function shortFingerprint(fingerprint: string): string {
  return fingerprint.slice(0, 12)
}

/** The name of a training as people say it: `student-dtkd` is the student with DTKD. */
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
