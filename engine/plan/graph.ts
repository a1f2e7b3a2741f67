import { InvalidInputError } from '../../base/errors.ts'
import type { DType } from '../dtype.ts'
import type { Node } from '../node.ts'
import type { Call, CallOf } from '../operations/attributes.ts'
import type { PrimitiveName } from '../primitiveNames.ts'
import { format, type Shape } from '../shape.ts'

/** One operation of a graph. Values are numbered: first the graph's inputs, then its operations in order. */
export interface OperationOf<Name extends PrimitiveName> extends CallOf<Name> {
  readonly inputs: readonly number[]
  readonly shape: Shape
  readonly dtype: DType
}

/** An operation of one of these names: the name tells which attributes it has. */
export type Operation<Names extends PrimitiveName = PrimitiveName> = {
  readonly [Name in Names]: OperationOf<Name>
}[Names]

export interface Input {
  readonly shape: Shape
  readonly dtype: DType
  /** Whether it lives in the executor's memory between runs. */
  readonly resident: boolean
}

/** Where an output goes: to the host, into memory of its own, or over the resident input of that number. */
export type Destination = 'host' | 'kept' | { readonly overwrites: number }

export interface Output {
  readonly value: number
  readonly destination: Destination
}

/** What is to be computed, apart from the numbers: equal graphs share one program. */
export interface Graph {
  readonly inputs: readonly Input[]
  readonly operations: readonly Operation[]
  readonly outputs: readonly Output[]
}

/** The shape and type of a value of a graph. */
export function valueType({ inputs, operations }: Graph, value: number): Pick<Input, 'shape' | 'dtype'> {
  return inputs[value] ?? operations[value - inputs.length]
}

/** A wanted value: a node, and where its elements should go. A variable names the node whose memory it takes. */
export interface Want {
  readonly node: Node
  readonly destination: 'host' | 'kept' | { readonly overwrites: Node }
}

/** A graph and the nodes that are its inputs, in order. */
export interface Recording {
  readonly graph: Graph
  readonly inputs: readonly Node[]
}

/** Collects what the wanted nodes need, stopping at values that are already known. */
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

/** A variable that no wanted value reads, or that had no value yet, has no memory here to take. */
function destinationOf(overwritten: Node, numbers: ReadonlyMap<Node, number>): Destination {
  const input = overwritten.value === undefined ? undefined : numbers.get(overwritten)
  return input === undefined ? 'kept' : { overwrites: input }
}

/** The nodes with known values, and the others in the order of their recording. */
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
  // The order of recording keeps values short-lived: a layer's weight gradient stands beside its input gradient.
  pending.sort((a, b) => a.number - b.number)
  return { inputs, pending }
}

function checkReadable(node: Node): void {
  if (node.value?.at !== 'overwritten') return
  throw new InvalidInputError(
    `a tensor still depends on the earlier value of a variable of shape ${format(node.shape)} that was assigned ` +
      'and realized since: realize the tensor before or together with the variable',
  )
}
