import type { AttributesOf } from '../../../operations/attributes.ts'
import type { CallOf } from '../../../plan/kernels.ts'
import type { CallName } from '../../../primitiveNames.ts'

/** The kernels that calls name, and the attributes of each. Every call primitive has a kernel. */
export interface GpuCalls extends Pick<AttributesOf, CallName> {
  /** `outside`: the result for an index out of range. */
  readonly gather: AttributesOf['gather'] & { readonly outside: number }
  /** Splits the words of a random key into halves. */
  readonly halves: object
}

export type GpuCall<Name extends keyof GpuCalls = keyof GpuCalls> = CallOf<GpuCalls, Name>
