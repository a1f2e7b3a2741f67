import { InvalidInputError } from '../errors.ts'

/** Stops reading a file: throws an error with this problem. */
export type Refuse = (problem: string) => never

/**
 * Returns a function that refuses the file `source` as not a valid `expected`. Problems quote names from the file,
 * which can be anything: they are cut to a readable length, and stripped of characters that control a terminal.
 */
export function refusalOf(source: string, expected: string): Refuse {
  return (problem) => {
    const readable = problem.replace(/\p{C}/gu, '\ufffd')
    const shown = readable.length > 500 ? `${readable.slice(0, 500)} …` : readable
    throw new InvalidInputError(`${source}: not a valid ${expected}: ${shown}`)
  }
}
