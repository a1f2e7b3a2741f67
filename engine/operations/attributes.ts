import type { DType } from '../dtype.ts'
import type { FoldName, PrimitiveName } from '../primitiveNames.ts'
import type { Shape } from '../shape.ts'

type Numbers = readonly number[]

/** The stride, padding and dilation of a convolution or pooling window. */
export type Window = {
  readonly stride: readonly [number, number]
  readonly padding: readonly [number, number]
  readonly dilation: readonly [number, number]
}

/** The geometry of a convolution: the attributes shared by its three primitives. */
export type Geometry = Window & { readonly groups: number }

/** The attributes of a primitive that has none. */
export type NoAttributes = { readonly [name: string]: never }

/** The positions of a part's elements in the whole, along each axis: start, start + step, … */
type Strided = {
  readonly starts: Numbers
  readonly steps: Numbers
  /** Shape of the result. */
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

/** The attributes of each primitive: its parameters that are not tensors. */
export type AttributesOf = {
  readonly [Name in PrimitiveName]: Name extends keyof Declared ? Declared[Name] : NoAttributes
}

/** Attributes of a primitive whose name the compiler does not know. */
export type Attributes = { readonly [name: string]: number | string | readonly number[] }

/** A primitive with its attributes. */
export interface CallOf<Name extends PrimitiveName> {
  readonly name: Name
  readonly attributes: AttributesOf[Name]
}

/** A call of any primitive, discriminated by name. */
export type Call = { readonly [Name in PrimitiveName]: CallOf<Name> }[PrimitiveName]
