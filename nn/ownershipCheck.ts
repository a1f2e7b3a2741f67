import { aFunction, arrayOf, check, type Rule } from '../base/arguments.ts'
import { demand } from '../base/errors.ts'
import { variablesReached } from '../engine/autograd.ts'
import { Tensor, type Variable } from '../engine/index.ts'
import { format } from '../engine/shape.ts'
import { assignedDuring } from '../engine/variable.ts'
import { type AnyModule, moduleRule } from './module.ts'
import { Parameter } from './parameter.ts'
import { counted, shapes } from './stateDict.ts'

const modulesRule: Rule = arrayOf(moduleRule)

const lossRule: Rule = {
  expected: 'a tensor, or an object with one as its loss',
  allows: (value) =>
    value instanceof Tensor || (value as { loss?: unknown } | undefined)?.loss instanceof Tensor,
}

/**
 * Records a loss, and throws unless the modules own every variable that a training step must keep: each `Parameter`
 * that a gradient of the loss reaches, which would otherwise not be trained, and each variable that recording assigns,
 * such as a running mean, which would otherwise be neither computed nor saved. No module owns layers in private fields,
 * closures and sets. Call it in the first step of a loop, in training mode, with all modules that take part, including
 * those that are not trained. Returns the result of `forward`, and computes nothing.
 *
 *     const forward = () => crossEntropy(student.forward(images).logits, labels)
 *     const loss = step === 0 ? ownershipCheck(forward, [student]) : forward()
 */
export function ownershipCheck<Loss extends Tensor | { readonly loss: Tensor }>(
  forward: () => Loss,
  modules: readonly AnyModule[],
): Loss {
  check('ownershipCheck', 'forward', forward, aFunction)
  check('ownershipCheck', 'modules', modules, modulesRule)
  const { result, assigned } = assignedDuring(forward)
  check('ownershipCheck', 'the result of forward', result, lossRule)
  const owned = new Set<Variable>(modules.flatMap((module) => module.state()))
  const loss = result instanceof Tensor ? result : result.loss
  const parameters = [...variablesReached(loss).difference(owned)].filter((each) => each instanceof Parameter)
  const buffers = [...assigned.difference(owned)]
  const faults = [
    ...listed('uses', 'untrained parameter', parameters),
    ...listed('assigns', 'unsaved variable', buffers),
  ]
  demand(
    faults.length === 0,
    () =>
      `ownershipCheck: the loss ${faults.join(' and ')}, which no module owns. A module cannot see ` +
      'private fields (#name), closures and sets: hold its layers in public properties, or in arrays, plain objects or ' +
      'maps there. Include modules that are not trained (in a training: frozen)',
  )
  return result
}

function listed(verb: string, what: string, variables: readonly Variable[]): string[] {
  const names = variables.map(nameOf)
  return counted(names.length === 1 ? what : `${what}s`, names, shapes).map((some) => `${verb} ${some}`)
}

function nameOf(variable: Variable): string {
  const origin = variable instanceof Parameter ? variable.origin : undefined
  return origin === undefined ? format(variable.shape) : `${origin} ${format(variable.shape)}`
}
