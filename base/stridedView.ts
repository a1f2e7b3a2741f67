import { arrayOf, check, seed as integer, objectWith, type Rule, whole } from './arguments.ts'
import { demand } from './errors.ts'

/** Flat data with the interface of `ndarray`: element [i, j, …] is `data[offset + i · stride[0] + j · stride[1] + …]`. */
export interface StridedView {
  readonly data: ArrayLike<unknown>
  readonly shape: readonly number[]
  readonly stride: readonly number[]
  readonly offset: number
}

/** The rule for a strided view over data that satisfies a rule. `checkView` checks the rest. */
export function viewOf(expected: string, data: Rule): Rule {
  return objectWith(expected, {
    data,
    shape: arrayOf(whole(0)),
    stride: arrayOf(integer),
    offset: integer,
  })
}

/** Throws unless the rule, made by `viewOf`, allows the view, and all elements of the view lie in its data. */
export function checkView(operation: string, name: string, view: StridedView, rule: Rule): void {
  check(operation, name, view, rule)
  const { data, shape, stride, offset } = view
  demand(
    stride.length === shape.length,
    () => `${operation}: expected ${name} to have a stride per axis of [${shape}], got [${stride}]`,
  )
  const reaches = shape.map((length, axis) => (length - 1) * stride[axis])
  const first = reaches.reduce((sum, reach) => sum + Math.min(reach, 0), offset)
  const last = reaches.reduce((sum, reach) => sum + Math.max(reach, 0), offset)
  demand(
    shape.includes(0) || (first >= 0 && last < data.length),
    () =>
      `${operation}: expected ${name} to lie in its data, of ${data.length} elements, but [${shape}] with strides ` +
      `[${stride}] and offset ${offset} reaches from element ${first} to ${last}`,
  )
}
