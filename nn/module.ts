import { anInstance, check, oneOf, type Rule, text, truth } from '../base/arguments.ts'
import { demand } from '../base/errors.ts'
import { isFloat } from '../engine/dtype.ts'
import { detach, type Stateful, type Tensor, Variable } from '../engine/index.ts'
import { tensorsByName } from './arguments.ts'
import { Counter, Parameter, RandomKey } from './parameter.ts'
import { assignState, type StateDict } from './stateDict.ts'

/** A module with any input and output. */
export type AnyModule = Module<unknown, never>

/** Runs `work` with the module in evaluation mode, then restores the mode of each submodule. */
export function inEvaluation<T>(module: AnyModule, work: () => T): T {
  const modes = Array.from(module.modules(), (part) => [part, part.training] as const)
  module.evaluate()
  try {
    return work()
  } finally {
    for (const [part, training] of modes) part.training = training
  }
}

/**
 * A part of a network: a function, usually of a tensor, that owns variables. It owns what its properties hold, under
 * PyTorch's names, because weight files use them: a `Parameter` is trained, any other `Variable` is a buffer, a `Module` is a
 * child. The same holds in arrays, plain objects and maps (PyTorch's `ModuleList` and `ModuleDict`): `layers.0`,
 * `heads.digits`. A module cannot see private fields (`#layer`): a layer there is not initialized, trained or saved.
 * `ownershipCheck` finds it.
 *
 * A variable that is reachable under several names is listed once, under its first name; `stateDict` lists it under all of
 * them, as PyTorch does.
 */
export abstract class Module<Output = Tensor, Input = Tensor> implements Stateful {
  /** Whether `forward` runs in training mode: batch norm uses batch statistics instead of running ones. */
  training = true

  abstract forward(x: Input): Output

  /** Returns the trained variables with their full names. PyTorch: `named_parameters`. */
  namedParameters(): [string, Parameter][] {
    const named = this.namedVariables().filter(
      (entry): entry is [string, Parameter] => entry[1] instanceof Parameter,
    )
    const firstNames = new Map(named.toReversed().map(([name, parameter]) => [parameter, name]))
    return named.filter(([name, parameter]) => firstNames.get(parameter) === name)
  }

  /** Returns the trained variables: the second argument of `grad`. PyTorch: `parameters`. */
  parameters(): Parameter[] {
    return this.namedParameters().map(([, parameter]) => parameter)
  }

  /** Returns every variable, for `realize`. */
  state(): Variable[] {
    return [...new Set(this.namedVariables().map(([, value]) => value))]
  }

  /**
   * Returns the variables by name, with the names, shapes and order of PyTorch's `state_dict`; its int64 is int32 here.
   * They are the live variables, not copies: training changes them.
   */
  stateDict(): StateDict {
    return new Map(this.namedVariables())
  }

  /**
   * Assigns every variable the tensor of its name, cast to the variable's type. If any is missing, unexpected or of
   * another shape, throws an error that names the first ones, and changes nothing. A missing counter becomes 0, as in
   * PyTorch, because old files lack counters; a missing random key stays as it is. PyTorch: `load_state_dict`.
   */
  loadStateDict(weights: StateDict): this {
    check('loadStateDict', 'weights', weights, tensorsByName)
    const variables = new Map(this.namedVariables())
    const counters = [...variables].flatMap(([name, value]): [string, Tensor][] => {
      if (value instanceof Counter) return [[name, new Counter()]]
      return value instanceof RandomKey ? [[name, detach(value)]] : []
    })
    assignState('the weights do not fit the network', variables, new Map([...counters, ...weights]))
    return this
  }

  /** Switches this module and all below it to training mode, or with `false` to evaluation mode. PyTorch: `train`. */
  train(mode = true): this {
    check('train', 'mode', mode, truth)
    for (const module of this.modules()) module.training = mode
    return this
  }

  /** Switches this module and all below it to evaluation mode. PyTorch: `eval`. */
  evaluate(): this {
    return this.train(false)
  }

  /** Casts all floating-point variables in place; `float64` allows checks against exact values. PyTorch: `to`. */
  to(dtype: 'float32' | 'float64'): this {
    check('to', 'dtype', dtype, floatRule)
    for (const value of this.state()) {
      if (isFloat(value.dtype)) value.convert(dtype)
    }
    return this
  }

  /** Yields the direct submodules with their names, in the order of definition. PyTorch: `named_children`. */
  *children(): Iterable<[string, AnyModule]> {
    for (const [name, part] of owned(this)) {
      if (part instanceof Module) yield [name, part]
    }
  }

  /** Yields this module and all below it, each once. PyTorch: `modules`. */
  *modules(): Iterable<AnyModule> {
    const found = new Set<AnyModule>([this])
    // Iterating over a set visits the elements that are added on the way.
    for (const module of found) {
      yield module
      for (const [, child] of module.children()) found.add(child)
    }
  }

  /** Returns every variable with its full names, in PyTorch's order: parameters, buffers, then those of children. */
  namedVariables(prefix = ''): [string, Variable][] {
    check('namedVariables', 'prefix', prefix, text)
    return variablesIn(this, prefix, [])
  }
}

export const moduleRule: Rule = anInstance('a module', Module)

const floatRule = oneOf(['float32', 'float64'])

function variablesIn(module: AnyModule, prefix: string, above: readonly AnyModule[]): [string, Variable][] {
  const parameters: [string, Variable][] = []
  const buffers: [string, Variable][] = []
  for (const [name, part] of owned(module)) {
    if (part instanceof Parameter) parameters.push([prefix + name, part])
    else if (part instanceof Variable) buffers.push([prefix + name, part])
  }
  const path = [...above, module]
  const below: [string, Variable][] = []
  for (const [name, child] of module.children()) {
    demand(!path.includes(child), () => `Module: ${prefix}${name} contains itself`)
    below.push(...variablesIn(child, `${prefix}${name}.`, path))
  }
  return [...parameters, ...buffers, ...below]
}

/**
 * Returns the modules and variables among the values of an object, and of the arrays, plain objects and maps that it holds.
 * Every training step calls this for each module, so it is a plain loop.
 */
function owned(holder: object): [string, AnyModule | Variable][] {
  const found: [string, AnyModule | Variable][] = []
  const within: object[] = []
  const collect = (container: object, prefix: string) => {
    within.push(container)
    const entries: Iterable<[unknown, unknown]> =
      container instanceof Map ? container : Object.entries(container)
    for (const [name, value] of entries) {
      if (typeof value !== 'object' || value === null) continue
      if (value instanceof Module || value instanceof Variable) found.push([`${prefix}${name}`, value])
      else if (isContainer(value) && !within.includes(value)) collect(value, `${prefix}${name}.`)
    }
    within.pop()
  }
  collect(holder, '')
  return found
}

function isContainer(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return Array.isArray(value) || value instanceof Map || prototype === Object.prototype || prototype === null
}
