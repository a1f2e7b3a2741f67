import type { AttributesOf, Window } from '../../../operations/attributes.ts'
import type { CallOf } from '../../../plan/kernels.ts'
import type { Inside } from './inside.ts'
import type { OutputTile } from './winograd/winograd.ts'

/** The primitives that have a kernel of their own; the others are expanded into these and the private ones. */
type PrimitiveCalls = Pick<
  AttributesOf,
  'argmax' | 'gather' | 'matmul' | 'maxPool2dIndices' | 'randomBits' | 'scatterAdd'
>

type Sliding = Pick<Window, 'stride' | 'dilation'>

interface Taps extends Sliding {
  /** Rows and columns of a filter. */
  readonly window: readonly [number, number]
  /** Where pixels of the maps have a part in sums; the rest is zeros. Default: everywhere. */
  readonly inside?: Inside
}

interface MinimalTiles {
  readonly outputTile: OutputTile
}

/** The kernels that calls name, and what each must know beside its operands. */
export interface WasmCalls extends PrimitiveCalls {
  /** `filters`: how many there are in a group. */
  readonly convolve: Taps & { readonly filters: number }
  readonly depthwiseConvolve: Taps
  readonly depthwiseWeightGradient: Taps
  readonly weightGradient: Sliding & { readonly groups: number }
  readonly winogradConvolve: MinimalTiles
  readonly winogradFilters: MinimalTiles
  readonly winogradWeightGradient: MinimalTiles
}

export type WasmCall<Name extends keyof WasmCalls = keyof WasmCalls> = CallOf<WasmCalls, Name>
