import { equalShapes, type Shape } from '../shape.ts'
import { Dependencies } from './dependencies.ts'
import { type Graph, valueType } from './graph.ts'
import { isFold, roleOf } from './roles.ts'

/** Operations that are computed together: one fused loop, or one call. */
export interface Group {
  /** Indices into the graph's operations, ascending. */
  readonly members: number[]
  /** The shape of the loop; of a call, the shape of its output. */
  readonly shape: Shape
  /** The axes of its folds, which all fold the same axes. Undefined without a fold. */
  axes: string | undefined
  readonly number: number
}

/** With more operations in one loop, registers would spill. */
const largestGroup = 48

/**
 * Returns the groups that compute a graph, in topological order. An operation joins the loop that computes one of its
 * operands, unless it depends on the end of that loop: on the result of one of its folds, or on a group that depends on
 * the loop.
 */
export function groupOperations(graph: Graph): Group[] {
  const first = graph.inputs.length
  const groups: Group[] = []
  const groupOf = new Map<number, Group>()
  const dependencies = new Dependencies()

  /** The group that writes the value to memory, if one does. */
  const producerOf = (value: number): Group[] => {
    let seen = value
    while (seen >= first && roleOf(graph.operations[seen - first].name) === 'view') {
      seen = graph.operations[seen - first].inputs[0]
    }
    const group = groupOf.get(seen)
    return group === undefined ? [] : [group]
  }
  /** The loop that holds the elements of the value in registers, if one does. */
  const loopOf = (value: number): Group | undefined =>
    value >= first && roleOf(graph.operations[value - first].name) === 'loop' ? groupOf.get(value) : undefined

  graph.operations.forEach((operation, index) => {
    const { name, inputs, shape: outputShape } = operation
    const role = roleOf(name)
    if (role === 'inline' || role === 'view') return
    const shape = role === 'fold' ? valueType(graph, inputs[0]).shape : outputShape
    const axes = isFold(operation) ? String(operation.attributes.axes) : undefined
    const canJoin = (group: Group): boolean =>
      equalShapes(group.shape, shape) &&
      group.members.length < largestGroup &&
      (axes === undefined || group.axes === undefined || group.axes === axes) &&
      inputs.every(
        (value) =>
          loopOf(value) === group ||
          producerOf(value).every(
            (other) => other !== group && !dependencies.dependsOn(other.number, group.number),
          ),
      )
    const loops = role === 'call' ? [] : inputs.toSorted((a, b) => b - a).map(loopOf)
    let group = loops.find((loop) => loop !== undefined && canJoin(loop))
    if (group === undefined) {
      group = { members: [], shape, axes, number: dependencies.addGroup() }
      groups.push(group)
    }
    group.members.push(index)
    group.axes ??= axes
    groupOf.set(first + index, group)
    for (const value of inputs) {
      for (const other of producerOf(value)) if (other !== group) dependencies.add(group.number, other.number)
    }
  })
  return dependencies.sorted().map((number) => groups[number])
}
