import type { PrimitiveName } from '../primitiveNames.ts'
import { equalShapes, sizeOf } from '../shape.ts'
import { type Graph, valueType } from './graph.ts'
import { roleOf } from './roles.ts'

/** Operations of one or two instructions, which cost less than loading their result from memory. */
const cheap: ReadonlySet<PrimitiveName> = new Set<PrimitiveName>([
  'negate',
  'abs',
  'logicalNot',
  'add',
  'subtract',
  'multiply',
  'maximum',
  'minimum',
  'less',
  'lessEqual',
  'equal',
  'logicalAnd',
  'logicalOr',
  'where',
  'cast',
])

/** Enough for a ReLU of the sum of two batch norms: four operations each, the addition and the comparison. */
const mostOperations = 10
const mostLoads = 2

/**
 * Returns the values that loops recompute instead of loading: those that take a few cheap operations on at most two values
 * of their size that are in memory anyway. For the backward pass, a batch norm before a ReLU keeps only its input, not the
 * normalised values or the signs.
 */
export function recomputedValues(graph: Graph): Set<number> {
  const first = graph.inputs.length
  const readers = new Map<number, number[]>()
  const wanted = new Set(graph.outputs.map(({ value }) => value))
  graph.operations.forEach(({ inputs }, index) => {
    for (const input of inputs) {
      const sofar = readers.get(input)
      if (sofar === undefined) readers.set(input, [index])
      else sofar.push(index)
    }
  })

  /** The operations and loads that recomputing a value takes. */
  const costs = new Map<number, { operations: number; loads: Set<number> }>()
  graph.operations.forEach(({ name, inputs, shape }, index) => {
    const value = first + index
    if (!cheap.has(name) || wanted.has(value)) return
    const isReadInLoops = (readers.get(value) ?? []).every((reader) => {
      const { name: readerName, shape: readerShape } = graph.operations[reader]
      const role = roleOf(readerName)
      return role === 'fold' || (role === 'loop' && equalShapes(readerShape, shape))
    })
    if (!isReadInLoops) return
    const cost = { operations: 1, loads: new Set<number>() }
    for (const input of inputs) {
      const earlier = costs.get(input)
      if (earlier !== undefined) {
        cost.operations += earlier.operations
        for (const load of earlier.loads) cost.loads.add(load)
      } else if (sizeOf(valueType(graph, input).shape) === sizeOf(shape)) cost.loads.add(input)
    }
    if (cost.operations <= mostOperations && cost.loads.size <= mostLoads) costs.set(value, cost)
  })
  return new Set(costs.keys())
}
