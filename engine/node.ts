import type { DType, HostArray } from './dtype.ts'
import type { Call } from './operations/attributes.ts'
import type { Shape } from './shape.ts'

/** A value that an executor holds in its own memory. Opaque to everybody else. */
export interface Storage {
  readonly executor: { readonly name: string; read(storage: Storage): Promise<HostArray> }
}

/** Where a node's elements are, once they exist. */
export type Value =
  | { readonly at: 'host'; readonly data: HostArray }
  | { readonly at: 'executor'; readonly storage: Storage }
  /** Its memory was given to the variable's next value. */
  | { readonly at: 'overwritten' }

let recorded = 0

/** One recorded operation: a recipe for a value, and the value itself once somebody has asked for it. */
export class Node {
  /** Nodes count up in the order of recording, so inputs have smaller numbers. */
  readonly number: number = recorded++
  readonly operation: Call | 'input'
  readonly inputs: readonly Node[]
  readonly shape: Shape
  readonly dtype: DType
  /** Whether the value is kept in an executor's memory between runs: true of variables and of what was realized. */
  resident: boolean
  value: Value | undefined
  /** The variable that this is, or was, the value of. */
  variable: { readonly node: Node } | undefined

  constructor(fields: {
    operation: Call | 'input'
    inputs?: readonly Node[]
    shape: Shape
    dtype: DType
    resident?: boolean
    value?: Value
  }) {
    this.operation = fields.operation
    this.inputs = fields.inputs ?? []
    this.shape = fields.shape
    this.dtype = fields.dtype
    this.resident = fields.resident ?? false
    this.value = fields.value
    this.variable = undefined
  }
}
