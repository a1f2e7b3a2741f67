import type { DType, HostArray } from './dtype.ts'
import type { Call } from './operations/attributes.ts'
import type { Shape } from './shape.ts'

/** A value in an executor's memory. Opaque outside the executor. */
export interface Storage {
  readonly executor: { readonly name: string; read(storage: Storage): Promise<HostArray> }
}

/** Where the elements of a computed node are. */
export type Value =
  | { readonly at: 'host'; readonly data: HostArray }
  | { readonly at: 'executor'; readonly storage: Storage }
  /** Overwritten by the variable's next value. */
  | { readonly at: 'overwritten' }

/** A custom derivative of a node, which replaces that of the recorded operations. */
export interface Derivative {
  readonly inputs: readonly Node[]
  /** Returns the gradients with respect to the inputs from that with respect to the node; `undefined` for an input without gradient. */
  readonly vjp: (gradient: Node) => readonly (Node | undefined)[]
}

let recorded = 0

/** A node of the graph: a recorded operation, and its value once computed. */
export class Node {
  /** Nodes are numbered in the order of recording, so inputs have smaller numbers. */
  readonly number: number = recorded++
  readonly operation: Call | 'input'
  readonly inputs: readonly Node[]
  readonly shape: Shape
  readonly dtype: DType
  /** Whether the value stays in an executor's memory between runs, as those of variables and realized tensors do. */
  resident: boolean
  value: Value | undefined
  /** The variable whose value this is or was. */
  variable: { readonly node: Node } | undefined
  derivative: Derivative | undefined
  /** The number of the recording that found the node last, and the node's place in its graph; see `record`. */
  recording = 0
  place = 0

  constructor(fields: {
    operation: Call | 'input'
    inputs?: readonly Node[]
    shape: Shape
    dtype: DType
    resident?: boolean
    value?: Value | undefined
  }) {
    this.operation = fields.operation
    this.inputs = fields.inputs ?? []
    this.shape = fields.shape
    this.dtype = fields.dtype
    this.resident = fields.resident ?? false
    this.value = fields.value
    this.variable = undefined
    this.derivative = undefined
  }
}
