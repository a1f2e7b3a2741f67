import { createHash } from 'node:crypto'
import type { Loader } from '../../datasets/index.ts'
import type { Network } from '../../nn/index.ts'
import { fingerprintOf, fingerprintOfSplit } from '../fingerprint.ts'
import { currentNumerics } from '../numerics.ts'
import type { Precision } from './precision.ts'

/** The teacher and images of a logits file, and its format. */
export interface Subject {
  readonly teacher: { readonly model: string; readonly network: Network }
  readonly images: Loader
  readonly precision: Precision
  /** Number of rows in a batch. */
  readonly rows: number
  readonly classes: number
}

/**
 * Returns everything that determines the bits of the logits. A row does not depend on the other rows of its batch or on its
 * position, but it does depend on their number, because small batches use other convolution methods.
 */
export async function identityOf({ teacher, images, ...decided }: Subject): Promise<object> {
  return {
    content: "a teacher's logits",
    teacher: { model: teacher.model, fingerprint: await fingerprintOf(teacher.network) },
    images: { fingerprint: fingerprintOfSplit(images.split), placements: images.placementCount },
    ...decided,
    numerics: await currentNumerics(),
  }
}

/** Returns the name of the file for this identity. */
export function fileNameOf({ teacher: { model } }: Subject, identity: object): string {
  const hash = createHash('sha256').update(JSON.stringify(identity)).digest('hex')
  return `${model}-${hash.slice(0, 16)}.logits`
}
