import type { AttributesOf } from '../../../operations/attributes.ts'
import type { CallOf } from '../../../plan/kernels.ts'
import type { CallName } from '../../../primitiveNames.ts'

/** The kernels that calls name, and what each must know beside its operands: every primitive has one. */
export interface GpuCalls extends Pick<AttributesOf, CallName> {
  /** `outside`: the result where an index points outside. */
  readonly gather: AttributesOf['gather'] & { readonly outside: number }
  /** The words of a key in halves. */
  readonly halves: object
}

export type GpuCall<Name extends keyof GpuCalls = keyof GpuCalls> = CallOf<GpuCalls, Name>
