import { aFunction, anInstance, objectWith, optional, type Rule } from '../base/arguments.ts'
import { Loader } from '../datasets/loader.ts'

export const loaderRule = anInstance('a Loader', Loader)
export const signalRule = anInstance('an AbortSignal', AbortSignal)

const follows = optional(aFunction)

/** An object with any of an observer's methods; a custom class may have others. */
export const observerRule = objectWith(
  'an observer: started, warned, stepEnded and epochEnded, if given, are functions',
  { started: follows, warned: follows, stepEnded: follows, epochEnded: follows },
)

/** An interval in steps or minutes; Infinity means never. */
export const intervalRule: Rule = {
  expected: 'a number > 0',
  allows: (value) => typeof value === 'number' && value > 0,
}
