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
  /** Whether a variable holds it: then it is the same in many runs, and changes only when the variable is assigned. */
  readonly isVariable: boolean
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

/** The nodes that compute the wanted ones. Until the next recording, each has its place among the values of the graph. */
export interface Recording {
  readonly number: number
  /** Nodes with known values. */
  readonly inputs: readonly Node[]
  /** Nodes to compute, in the order of recording. */
  readonly pending: readonly Node[]
  readonly outputs: readonly Output[]
}

let recordings = 0

/** Records what the wanted nodes need. Nodes with known values are inputs. */
export function record(wants: readonly Want[]): Recording {
  const number = ++recordings
  const inputs: Node[] = []
  const found: Node[] = []
  const waiting = wants.map(({ node }) => node)
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.recording === number) continue
    // Places stand in the nodes: a map of them would take a fifth of the time that recording a step takes.
    node.recording = number
    if (node.value === undefined) {
      node.place = noPlace
      if (!isLiteral(node)) found.push(node)
      for (let i = 0; i < node.inputs.length; i++) waiting.push(node.inputs[i])
    } else {
      checkReadable(node)
      node.place = inputs.push(node) - 1
    }
  }
  const pending: Node[] = []
  const append = (node: Node) => {
    node.place = inputs.length + pending.push(node) - 1
  }
  // The order of recording keeps values short-lived: a layer's weight gradient is next to its input gradient.
  for (const node of found.sort((a, b) => a.number - b.number)) {
    // Literals are shared between recordings: their own order would depend on what was recorded before.
    for (const input of node.inputs) if (input.place === noPlace) append(input)
    append(node)
  }
  for (const { node } of wants) if (node.place === noPlace) append(node)
  const outputs = wants.map(({ node, destination }) => ({
    value: node.place,
    destination:
      typeof destination === 'string' ? destination : destinationOf(destination.overwrites, number),
  }))
  return { number, inputs, pending, outputs }
}

const noPlace = -1

function isLiteral({ operation }: Node): boolean {
  return operation !== 'input' && operation.name === 'literal'
}

/** Throws if there was another recording since, which may have given the nodes other places. */
export function checkNewest({ number }: Recording): void {
  if (number !== recordings)
    throw new Error('this recording is not the newest: its nodes may have new places')
}

/** Returns the graph of the newest recording. It holds no nodes: a program can outlive them. */
export function graphOf(recording: Recording): Graph {
  checkNewest(recording)
  const { inputs, pending, outputs } = recording
  return {
    inputs: inputs.map((node) => ({
      shape: node.shape,
      dtype: node.dtype,
      resident: node.resident,
      isVariable: isVariable(node),
    })),
    operations: pending.map((node) => ({
      ...callOf(node),
      inputs: node.inputs.map(({ place }) => place),
      shape: node.shape,
      dtype: node.dtype,
    })),
    outputs,
  }
}

/** Returns whether a node holds the value of a variable, in the memory that the variable keeps. */
export function isVariable({ resident, variable }: Node): boolean {
  return resident && variable !== undefined
}

/** Returns the call that computes a pending node. */
export function callOf({ operation }: Node): Call {
  if (operation === 'input') throw new Error('an input has no value')
  return operation
}

/** A variable that is not an input of the graph, or has no value, has no memory to overwrite. */
function destinationOf({ value, recording, place }: Node, current: number): Destination {
  return value === undefined || recording !== current ? 'kept' : { overwrites: place }
}

function checkReadable(node: Node): void {
  if (node.value?.at !== 'overwritten') return
  throw new InvalidInputError(
    `a tensor depends on a value of a variable of shape ${format(node.shape)} that has been overwritten: ` +
      'realize the tensor before, or together with, the assigned variable',
  )
}
