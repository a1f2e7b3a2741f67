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
  /** The axes that its folds fold, once it has one. */
  axes: string | undefined
  readonly number: number
}

/** More operations than this in one loop would only spill registers. */
const largestGroup = 48

/**
 * The groups that compute a graph, each after those it needs. An operation joins the loop that computes one of its
 * operands, unless it would have to wait for that loop's end: for one of its folds, or for a group that waits for it.
 */
export function groupOperations(graph: Graph): Group[] {
  const first = graph.inputs.length
  const groups: Group[] = []
  const groupOf = new Map<number, Group>()
  const dependencies = new Dependencies()

  /** The group that must have ended before the value can be read from memory. */
  const producerOf = (value: number): Group[] => {
    let seen = value
    while (seen >= first && roleOf(graph.operations[seen - first].name) === 'view') {
      seen = graph.operations[seen - first].inputs[0]
    }
    const group = groupOf.get(seen)
    return group === undefined ? [] : [group]
  }
  /** The loop in whose registers the value is, element by element. */
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
            (other) => other !== group && !dependencies.waits(other.number, group.number),
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
