import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InvalidInputError } from '../../base/errors.ts'
import { checkView, type StridedView, viewOf } from '../../base/stridedView.ts'

const anyData = viewOf('a view', { expected: 'an array', allows: (value) => value instanceof Array })
const check = (view: StridedView) => checkView('read', 'x', view, anyData)

const views: fc.Arbitrary<StridedView> = fc.integer({ min: 0, max: 3 }).chain((rank) =>
  fc.record({
    data: fc.array(fc.constant(0), { maxLength: 12 }),
    shape: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: rank, maxLength: rank }),
    stride: fc.array(fc.integer({ min: -4, max: 4 }), { minLength: rank, maxLength: rank }),
    offset: fc.integer({ min: -2, max: 12 }),
  }),
)

/** The positions in its data of all elements of a view. */
const positionsOf = ({ shape, stride, offset }: StridedView): number[] =>
  shape.reduce(
    (positions, length, axis) =>
      positions.flatMap((position) => Array.from({ length }, (_, i) => position + i * stride[axis])),
    [offset],
  )

describe('checkView', () => {
  it('should allow a view exactly if all its elements lie in its data', () =>
    fc.assert(
      fc.property(views, (view) => {
        if (positionsOf(view).every((position) => position in view.data))
          expect(() => check(view)).not.toThrow()
        else expect(() => check(view)).toThrow(InvalidInputError)
      }),
      { numRuns: 500 },
    ))

  it('should say what a view reaches', () => {
    const data = [1, 2, 3, 4]
    expect(() => check({ data, shape: [2, 2], stride: [3, -1], offset: 0 })).toThrow(
      'read: expected x to lie in its data, of 4 elements, but [2,2] with strides [3,-1] and offset 0 reaches from element -1 to 3',
    )
    expect(() => check({ data, shape: [2, 2], stride: [2], offset: 0 })).toThrow(
      'read: expected x to have a stride per axis of [2,2], got [2]',
    )
    expect(() => check({ data, shape: [2], stride: [0.5], offset: 0 })).toThrow(
      'read: expected x to be a view',
    )
  })
})
