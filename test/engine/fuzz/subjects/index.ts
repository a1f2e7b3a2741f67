import type * as operations from '../../../../engine/operations/index.ts'
import type { Subject } from '../subject.ts'
import { creation } from './creation.ts'
import { elementwise } from './elementwise.ts'
import { indexing } from './indexing.ts'
import { movement } from './movement.ts'
import { reductions } from './reductions.ts'
import { windows } from './windows.ts'

export type OperationName = keyof typeof operations

/** Every public operation; a missing one does not compile. */
export const subjects: Record<OperationName, Subject> = {
  ...creation,
  ...elementwise,
  ...indexing,
  ...movement,
  ...reductions,
  ...windows,
}
