import {
  anInstance,
  arrayOf,
  check,
  checkExactly,
  count,
  optional,
  type Rules,
  seed,
} from '../base/arguments.ts'
import { demand } from '../base/errors.ts'
import { initialize } from '../nn/index.ts'
import { networkRule } from '../nn/models/network.ts'
import type { MethodDefinition } from './defineMethod.ts'
import { definitionOf, type MethodOptions, type NameOf } from './definitions.ts'
import { Method, type NetworkPair, type TaughtPair } from './method.ts'
import { resolveOptions, type Settings } from './options.ts'

/** A named method with a value for every option. */
export interface Distiller<Name extends string = string> {
  readonly method: Name
  /** One sentence for a table or a help text. */
  readonly description: string
  /** The citation; empty for training without a teacher. */
  readonly paper: string
  /** Whether it learns from a teacher. */
  readonly needsTeacher: boolean
  /** Whether it uses the teacher's features in addition to its logits. */
  readonly needsFeatures: boolean
  /** Every option with its value. */
  readonly options: Settings
  /** Builds the method for a pair of networks and initializes its parameters. Throws if the pair does not suit it. */
  build(pair: NetworkPair): Method
}

const pairRules: Rules<NetworkPair> = {
  student: networkRule,
  teacher: optional(networkRule),
  image: arrayOf(count, 3),
  trainingLabels: optional(anInstance('an Int32Array', Int32Array)),
  seed: optional(seed),
}

const methodRule = anInstance('a Method', Method)

/**
 * Returns a method, given by name or by its definition, with the given options and the method's defaults for all
 * others. Throws `InvalidInputError` for an unknown name, an unknown option or a value that an option does not accept.
 */
export function distiller<Method extends string | MethodDefinition>(
  method: Method,
  given?: MethodOptions<Method>,
): Distiller<NameOf<Method>>
export function distiller(method: string | MethodDefinition, given: object = {}): Distiller {
  const definition = definitionOf(method)
  const { name, description, paper, needsTeacher = true, needsFeatures = true } = definition
  const settings = resolveOptions(name, definition.options, given)
  return {
    method: name,
    description,
    paper,
    needsTeacher,
    needsFeatures,
    options: settings,
    build(pair) {
      checkExactly(name, 'pair', pair, pairRules)
      demand(!needsTeacher || hasTeacher(pair), () => `method: ${name}: expected a teacher, got none`)
      const built = definition.build(settings, pair as TaughtPair)
      check(name, 'the result of build', built, methodRule)
      return initialize(built, pair.seed ?? 0)
    },
  }
}

function hasTeacher(pair: NetworkPair): pair is TaughtPair {
  return pair.teacher !== undefined
}
