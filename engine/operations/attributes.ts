import type { DType } from '../dtype.ts'
import type { FoldName, PrimitiveName } from '../primitiveNames.ts'
import type { Shape } from '../shape.ts'

type Numbers = readonly number[]

/** How a window of a convolution or of a pooling slides over maps. */
export type Window = {
  readonly stride: readonly [number, number]
  readonly padding: readonly [number, number]
  readonly dilation: readonly [number, number]
}

/** The geometry of a convolution: the attributes of its three primitives, the sizes that gradients name aside. */
export type Geometry = Window & { readonly groups: number }

/** The attributes of a primitive that needs to know its inputs alone. */
export type NoAttributes = { readonly [name: string]: never }

/** Where the elements of a part lie in a whole, along each axis: at start, start + step, … */
type Strided = {
  readonly starts: Numbers
  readonly steps: Numbers
  /** Of the result. */
  readonly shape: Shape
}

interface Declared extends Readonly<Record<FoldName, { readonly axes: Numbers }>> {
  readonly cast: { readonly dtype: DType }
  readonly literal: { readonly value: number; readonly dtype: DType }
  readonly iota: { readonly shape: Shape; readonly axis: number }
  readonly argmax: { readonly axis: number }
  readonly reshape: { readonly shape: Shape }
  readonly permute: { readonly order: Numbers }
  readonly broadcastTo: { readonly shape: Shape }
  readonly slice: Strided
  readonly embed: Strided
  readonly concatenate: { readonly axis: number }
  readonly conv2d: Geometry
  readonly conv2dInputGradient: Geometry & { readonly inputSize: Numbers }
  readonly conv2dWeightGradient: Geometry & { readonly kernelSize: Numbers }
  readonly maxPool2dIndices: Window & { readonly kernel: readonly [number, number] }
  readonly gather: { readonly axis: number }
  readonly scatterAdd: { readonly axis: number; readonly length: number }
  readonly randomBits: { readonly shape: Shape }
}

/** What each primitive needs to know beside its inputs. */
export type AttributesOf = {
  readonly [Name in PrimitiveName]: Name extends keyof Declared ? Declared[Name] : NoAttributes
}

/** Attributes of a primitive that the compiler does not know. */
export type Attributes = { readonly [name: string]: number | string | readonly number[] }

/** A primitive with its attributes. */
export interface CallOf<Name extends PrimitiveName> {
  readonly name: Name
  readonly attributes: AttributesOf[Name]
}

/** A call of any primitive: the name tells which attributes it has. */
export type Call = { readonly [Name in PrimitiveName]: CallOf<Name> }[PrimitiveName]
