import { aFunction, arrayOf, checkExactly, optional, type Rules } from '../../base/arguments.ts'
import { asDefinition, nameRule } from '../../base/registry.ts'
import type { Network, NetworkOptions } from './network.ts'

/** The definition of a network, as `defineNetwork` returns it. */
export interface NetworkDefinition<Name extends string = string> {
  readonly kind: 'network'
  readonly name: Name
  /** Other names by which it is known. */
  readonly aliases?: readonly string[] | undefined
  /** Builds the network, in training mode; `createModel` initializes its weights. */
  build(options: NetworkOptions): Network
}

type Written<Name extends string> = Omit<NetworkDefinition<Name>, 'kind'>

const rules: Rules<Written<string>> = {
  name: nameRule,
  aliases: optional(arrayOf(nameRule)),
  build: aFunction,
}

/**
 * Defines a network for any number of classes and image channels. The result stands wherever the name of a network does. A
 * module that exports it gives it a name on the command line and in recipes (`--module`). Throws for an unknown or wrong
 * field.
 */
export function defineNetwork<const Name extends string>(written: Written<Name>): NetworkDefinition<Name> {
  checkExactly<Written<string>>('defineNetwork', 'definition', written, rules)
  return asDefinition({ ...written, kind: 'network' })
}
