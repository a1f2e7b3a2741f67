import type { AttributesOf, Window } from '../../../operations/attributes.ts'
import type { CallOf } from '../../../plan/kernels.ts'
import type { Inside } from './inside.ts'
import type { Method, Pass } from './winograd/polyphase.ts'

/** The primitives that have a kernel; the others are expanded into these and the kernels below. */
type PrimitiveCalls = Pick<
  AttributesOf,
  'argmax' | 'gather' | 'matmul' | 'maxPool2dIndices' | 'randomBits' | 'scatterAdd'
>

type Sliding = Pick<Window, 'stride' | 'dilation'>

interface Taps extends Sliding {
  /** Rows and columns of a filter. */
  readonly window: readonly [number, number]
  /** The part of the maps that is not padding, if padding must be excluded from the sums. */
  readonly inside?: Inside | undefined
}

/** The kernels that calls name, and the attributes of each. */
export interface WasmCalls extends PrimitiveCalls {
  /** `filters`: the number of filters in a group. */
  readonly convolve: Taps & { readonly filters: number }
  readonly depthwiseConvolve: Taps
  readonly depthwiseWeightGradient: Taps
  readonly weightGradient: Sliding & { readonly groups: number }
  readonly winogradConvolve: Method & { readonly pass: Pass }
  readonly winogradFilters: Method
  readonly winogradWeightGradient: Method
  readonly winogradWeightSums: Method
}

export type WasmCall<Name extends keyof WasmCalls = keyof WasmCalls> = CallOf<WasmCalls, Name>
