import { InvalidInputError } from '../../base/errors.ts'
import type { DType } from '../dtype.ts'
import type { Node } from '../node.ts'
import type { Call, CallOf } from '../operations/attributes.ts'
import type { PrimitiveName } from '../primitiveNames.ts'
import { format, type Shape } from '../shape.ts'

/** One operation of a graph. Values are numbered: the graph's inputs first, then its operations in order. */
export interface OperationOf<Name extends PrimitiveName> extends CallOf<Name> {
  readonly inputs: readonly number[]
  readonly shape: Shape
  readonly dtype: DType
}

/** An operation with one of these names: a union discriminated by the name. */
export type Operation<Names extends PrimitiveName = PrimitiveName> = {
  readonly [Name in Names]: OperationOf<Name>
}[Names]

export interface Input {
  readonly shape: Shape
  readonly dtype: DType
  /** Whether it stays in the executor's memory between runs. */
  readonly resident: boolean
}

/** Destination of an output: the host, a new storage, or the memory of the resident input of that number. */
export type Destination = 'host' | 'kept' | { readonly overwrites: number }

export interface Output {
  readonly value: number
  readonly destination: Destination
}

/** A computation without its numbers: equal graphs share one program. */
export interface Graph {
  readonly inputs: readonly Input[]
  readonly operations: readonly Operation[]
  readonly outputs: readonly Output[]
}

/** Returns the shape and type of a value of a graph. */
export function valueType({ inputs, operations }: Graph, value: number): Pick<Input, 'shape' | 'dtype'> {
  return inputs[value] ?? operations[value - inputs.length]
}

/** A wanted node and its destination. A variable overwrites the node of its previous value. */
export interface Want {
  readonly node: Node
  readonly destination: 'host' | 'kept' | { readonly overwrites: Node }
}

/** A graph and the nodes that are its inputs, in order. */
export interface Recording {
  readonly graph: Graph
  readonly inputs: readonly Node[]
}

/** Records the graph that computes the wanted nodes. Nodes with known values are its inputs. */
export function recordGraph(wants: readonly Want[]): Recording {
  const { inputs, pending } = collect(wants)
  const numbers = new Map<Node, number>()
  for (const node of inputs) numbers.set(node, numbers.size)
  for (const node of pending) numbers.set(node, numbers.size)
  return {
    inputs,
    graph: {
      inputs: inputs.map(({ shape, dtype, resident }) => ({ shape, dtype, resident })),
      operations: pending.map((node) => ({
        ...callOf(node),
        inputs: node.inputs.map((input) => numbers.get(input)!),
        shape: node.shape,
        dtype: node.dtype,
      })),
      outputs: wants.map(({ node, destination }) => ({
        value: numbers.get(node)!,
        destination:
          typeof destination === 'string' ? destination : destinationOf(destination.overwrites, numbers),
      })),
    },
  }
}

function callOf({ operation }: Node): Call {
  if (operation === 'input') throw new Error('an input has no value')
  return operation
}

/** A variable that is not an input of the graph, or has no value, has no memory to overwrite. */
function destinationOf(overwritten: Node, numbers: ReadonlyMap<Node, number>): Destination {
  const input = overwritten.value === undefined ? undefined : numbers.get(overwritten)
  return input === undefined ? 'kept' : { overwrites: input }
}

/** Collects the nodes with known values, and the pending ones in the order of recording. */
function collect(wants: readonly Want[]): { inputs: Node[]; pending: Node[] } {
  const inputs: Node[] = []
  const pending: Node[] = []
  const seen = new Set<Node>()
  const waiting = wants.map(({ node }) => node)
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (seen.has(node)) continue
    seen.add(node)
    if (node.value === undefined) {
      pending.push(node)
      waiting.push(...node.inputs)
    } else {
      checkReadable(node)
      inputs.push(node)
    }
  }
  // The order of recording keeps values short-lived: a layer's weight gradient is next to its input gradient.
  pending.sort((a, b) => a.number - b.number)
  return { inputs, pending }
}

function checkReadable(node: Node): void {
  if (node.value?.at !== 'overwritten') return
  throw new InvalidInputError(
    `a tensor depends on a value of a variable of shape ${format(node.shape)} that has been overwritten: ` +
      'realize the tensor before, or together with, the assigned variable',
  )
}
