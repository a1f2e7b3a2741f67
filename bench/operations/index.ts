import { convolutions } from './convolutions.ts'
import { matrices } from './matrices.ts'
import type { Operation } from './operation.ts'
import { training } from './training.ts'

export type { Operation } from './operation.ts'

export const operations: readonly Operation[] = [...convolutions, ...matrices, ...training]
