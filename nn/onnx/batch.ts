import { InvalidInputError } from '../../base/errors.ts'
import type { Shape } from '../../engine/index.ts'
import type { Attributes } from '../../engine/operations/attributes.ts'
import type { Graph, Operation } from '../../engine/plan/graph.ts'
import { equalShapes } from '../../engine/shape.ts'

/** Placeholder for the length of an axis that grows with the number of images. */
export const anyLength = -1

/**
 * Returns the operations of a network for any number of images. A recorded graph has a fixed number of images; the
 * batch axis is where two graphs that were recorded with different numbers differ.
 */
export function withAnyBatch(graph: Graph, other: Graph): Operation[] {
  return graph.operations.map((operation, i) => {
    const twin = other.operations[i]
    if (twin?.name !== operation.name) return refuse(operation)
    const attributes = mapAttributes(operation, twin)
    // Only lengths have changed, so the attributes still belong to the operation.
    return { ...operation, attributes, shape: common(operation.shape, twin.shape) } as Operation
  })
}

/** Replaces lengths that differ by `anyLength`. */
function common(shape: Shape, other: Shape): Shape {
  return shape.map((length, axis) => (length === other[axis] ? length : anyLength))
}

function mapAttributes(operation: Operation, twin: Operation): Attributes {
  const others: Attributes = twin.attributes
  const entries = Object.entries<Attributes[string]>(operation.attributes).map(([name, value]) => {
    const [a, b] = [value, others[name]]
    if (name === 'shape') return [name, common(a as Shape, b as Shape)]
    const isEqual = Array.isArray(a) ? equalShapes(a, b as Shape) : Object.is(a, b)
    return isEqual ? [name, a] : refuse(operation)
  })
  return Object.fromEntries(entries)
}

export function refuse({ name }: Operation): never {
  throw new InvalidInputError(
    `onnx: the network's '${name}' depends on the number of images in a way that ONNX cannot express`,
  )
}
