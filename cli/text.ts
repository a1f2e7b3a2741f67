import type { Evaluation } from '../train/index.ts'

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

export function describe({ top1, top5, loss }: Evaluation): string {
  return `test top-1 ${percent(top1)}, top-5 ${percent(top5)}, loss ${loss.toFixed(4)}`
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
