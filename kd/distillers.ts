import { anInstance, arrayOf, checkExactly, count, optional, type Rules, seed } from '../base/arguments.ts'
import { demand, describe } from '../base/errors.ts'
import { initialize } from '../nn/index.ts'
import { networkRule } from '../nn/models/network.ts'
import type { Definition, Method, NetworkPair, TaughtPair } from './method.ts'
import { methods } from './methods/index.ts'
import { resolveOptions, type Settings } from './options.ts'

/** A method by its name, its options settled. */
export interface Distiller {
  readonly method: MethodName
  /** One sentence for a table or a help text. */
  readonly description: string
  /** Where it comes from; empty for training without a teacher. */
  readonly paper: string
  /** Whether it learns from a teacher. */
  readonly needsTeacher: boolean
  /** Whether it looks at more of the teacher than its logits. */
  readonly needsFeatures: boolean
  /** Every option with its value. */
  readonly options: Settings
  /** The method for a pair of networks, what it trains initialized. Throws where the pair does not suit it. */
  build(pair: NetworkPair): Method
}

export type MethodName = keyof typeof methods

/** The names of all methods. */
export const distillerNames = Object.keys(methods) as MethodName[]

const pairRules: Rules<NetworkPair> = {
  student: networkRule,
  teacher: optional(networkRule),
  image: arrayOf(count, 3),
  trainingLabels: optional(anInstance('an Int32Array', Int32Array)),
  seed: optional(seed),
}

/**
 * A method by name, its options the paper's defaults but for those given. Throws `InvalidInputError` for an unknown
 * name, an option that the method does not have or a value that it cannot have.
 */
export function distiller(method: string, given: object = {}): Distiller {
  demand(
    isMethod(method),
    () => `method: expected one of ${distillerNames.join(', ')}, got ${describe(method)}`,
  )
  const { description, paper, defaults, needsFeatures = true, build }: Definition<Settings> = methods[method]
  const options = resolveOptions(method, defaults, given)
  const needsTeacher = method !== 'alone'
  return {
    method,
    description,
    paper,
    needsTeacher,
    needsFeatures,
    options,
    build(pair) {
      checkExactly(method, 'pair', pair, pairRules)
      demand(!needsTeacher || hasTeacher(pair), () => `method: ${method} needs a teacher, got none`)
      return initialize(build(options, pair as TaughtPair), pair.seed ?? 0)
    },
  }
}

function isMethod(method: string): method is MethodName {
  return Object.hasOwn(methods, method)
}

function hasTeacher(pair: NetworkPair): pair is TaughtPair {
  return pair.teacher !== undefined
}
