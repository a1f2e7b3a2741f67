import { afterAll, it } from 'vitest'

const cases: string[] = []

/** A case that cannot run, and why: a skipped test, and a line of what `listNotRun` prints. */
export function notRun(what: string, why: string): void {
  cases.push(`${what}: ${why}`)
  it.skip(`${what}: not run, ${why}`)
}

/** Prints, when all tests have ended, what was not run: reporters count skipped tests without naming them. */
export function listNotRun(): void {
  afterAll(() => {
    if (cases.length > 0) console.log(['Not run:', ...cases].join('\n  '))
  })
}
