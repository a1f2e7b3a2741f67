import { describe } from '../../base/errors.ts'

/** The most frames of a stack that a report shows. */
const mostFrames = 10

/** The names of the arguments of each part of a loss. */
const batch = ['student', 'teacher', 'labels']
const argumentNames: Readonly<Record<string, readonly string[]>> = {
  temperatures: ['student', 'teacher'],
  atEpoch: ['epoch', ...batch],
  atTemperature: ['temperature', ...batch],
  sharpness: ['logits'],
}

/** What a loss was given when it failed, by the names of its arguments. */
export type Given = Readonly<Record<string, unknown>>

/**
 * Thrown where a loss has no value that a law could judge: it throws, returns something of another type, or does not
 * settle. That is not a wrong value: it has a cause of its own, which the message and the stack tell.
 */
export class LossFailure extends Error {
  override name = 'LossFailure'
  /** The part of the loss that was called. */
  readonly part: string
  readonly given: Given
  /** The frames of the stack up to the call by the law, the innermost first. */
  readonly frames: readonly string[]

  constructor(part: string, what: string, given: Given, frames: readonly string[] = []) {
    super(`${nameOf(part)} ${what}`)
    this.part = part
    this.given = given
    this.frames = frames
  }
}

/** A call of a part threw. Failures of the loss pass as they are. */
export function thrown(part: string, error: unknown, given: readonly unknown[]): LossFailure {
  if (error instanceof LossFailure) return error
  const what = error instanceof Error ? `throws: ${headOf(error)}` : `throws ${describe(error)}`
  return new LossFailure(part, what, namedArguments(part, given), framesOf(error))
}

/** A part returned something of another type or size. */
export function returned(
  part: string,
  value: unknown,
  expected: string,
  given: readonly unknown[] = [],
): LossFailure {
  return new LossFailure(
    part,
    `returns ${describe(value)}, but it should return ${expected}`,
    namedArguments(part, given),
  )
}

/** A promise of a part did not settle in time. */
export function unsettled(part: string, seconds: number, given: readonly unknown[]): LossFailure {
  return new LossFailure(
    part,
    `returns a promise that does not settle within ${seconds} s`,
    namedArguments(part, given),
  )
}

function nameOf(part: string): string {
  return part === 'loss' ? 'the loss' : `'${part}' of the loss`
}

function namedArguments(part: string, given: readonly unknown[]): Given {
  const names = argumentNames[part] ?? batch
  return Object.fromEntries(given.map((value, i) => [names[i] ?? `argument ${i}`, value]))
}

function headOf({ name, message }: Error): string {
  return [name, message].filter((text) => text !== '').join(': ')
}

/** The folder of the laws, whose own frames say nothing about the loss. */
const ownFolder = new URL('.', import.meta.url).pathname

function framesOf(error: unknown): string[] {
  if (!(error instanceof Error) || typeof error.stack !== 'string') return []
  const every = error.stack.split('\n')
  // Python writes the innermost frame last.
  const lines = [
    ...every.filter((line) => /^\s*at /.test(line)),
    ...every.filter((line) => /^\s*File /.test(line)).reverse(),
  ]
  const end = lines.findIndex((line) => line.includes(ownFolder))
  return (end > 0 ? lines.slice(0, end) : lines).slice(0, mostFrames).map((line) => line.trim())
}
