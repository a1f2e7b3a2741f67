import { InvalidInputError } from '../errors.ts'

/** Ends the reading of a file, saying what is wrong with it. */
export type Refuse = (problem: string) => never

/**
 * Refuses a file of this name, saying what it should have been. Problems quote names out of the file, which can be
 * anything: they are cut to a readable length, and never steer a terminal.
 */
export function refusalOf(source: string, expected: string): Refuse {
  return (problem) => {
    const readable = problem.replace(/\p{C}/gu, '\ufffd')
    const shown = readable.length > 500 ? `${readable.slice(0, 500)} …` : readable
    throw new InvalidInputError(`${source}: not a valid ${expected}: ${shown}`)
  }
}
