import type { LossObject } from '../loss.ts'
import { masked, severalTeachers, softLabels, tokens } from '../shapes.ts'
import { listsOfRows, type Reply, rows } from './values.ts'

/** The value and the gradient of a loss whose arguments have any shape. */
export interface Remote {
  readonly loss: (...given: readonly unknown[]) => Promise<number>
  /** Makes the gradient that is checked by a function; `undefined` if there is none. */
  readonly gradient?:
    | (<Value>(read: (reply: Reply) => Value) => (...given: readonly unknown[]) => Promise<Value>)
    | undefined
  readonly dtype: LossObject['dtype']
}

const withDtype = ({ loss, dtype }: Remote) => ({ loss, ...(dtype && { dtype }) })
const withRows = (remote: Remote) => ({
  ...withDtype(remote),
  ...(remote.gradient && { gradient: remote.gradient(rows) }),
})

const shapes = {
  /** Logits [N, T, K] of both sides and labels [N, T], −100 at padding. */
  tokens: (remote: Remote) =>
    tokens({
      ...withDtype(remote),
      ...(remote.gradient && { gradient: remote.gradient(listsOfRows) }),
    }),
  /** Student logits, teacher logits, labels and a mask [N] of 0 and 1. */
  masked: (remote: Remote) => masked(withRows(remote)),
  /** Student logits and targets [N, K], the softmax of the teacher's logits. */
  'soft-labels': (remote: Remote) => softLabels(withRows(remote)),
  /** Student logits and targets [N, K], 1 for the label. */
  'one-hot-labels': (remote: Remote) => softLabels(withRows(remote), { oneHot: true }),
  /** Student logits, logits [2, N, K] of two teachers, and labels. */
  'two-teachers': (remote: Remote) => severalTeachers(withRows(remote)),
}

export type ShapeName = keyof typeof shapes

export const shapeNames = Object.keys(shapes) as ShapeName[]

/** Returns a loss of rows, which laws can check, of one whose arguments have another shape. */
export function shapedLoss(shape: ShapeName, remote: Remote): LossObject {
  return shapes[shape](remote)
}
