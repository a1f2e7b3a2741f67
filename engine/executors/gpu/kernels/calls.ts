import type { Attributes } from '../../../node.ts'
import type { CallOf } from '../../../plan/kernels.ts'
import type { CallName } from '../../../plan/roles.ts'

/** The kernels that calls name, and what each must know beside its operands: every primitive has one. */
export interface GpuCalls extends Record<CallName, Attributes> {
  /** `outside`: the result where an index points outside. */
  readonly gather: Attributes & { readonly outside: number }
  /** The words of a key in halves. */
  readonly halves: object
}

export type GpuCall<Name extends keyof GpuCalls = keyof GpuCalls> = CallOf<GpuCalls, Name>
