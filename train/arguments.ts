import { aFunction, anInstance, objectWith, optional, type Rule } from '../base/arguments.ts'
import { Loader } from '../datasets/loader.ts'

export const loaderRule = anInstance('a Loader', Loader)
export const signalRule = anInstance('an AbortSignal', AbortSignal)

const follows = optional(aFunction)

/** Any object that has some of an observer's methods: a class of the caller's own may have others. */
export const observerRule = objectWith(
  'an observer, of whose started, warned, stepEnded and epochEnded each is a function if it is there',
  { started: follows, warned: follows, stepEnded: follows, epochEnded: follows },
)

/** After how many steps or minutes; Infinity is never. */
export const intervalRule: Rule = {
  expected: 'a number > 0',
  allows: (value) => typeof value === 'number' && value > 0,
}
