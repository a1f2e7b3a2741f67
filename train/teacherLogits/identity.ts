import { createHash } from 'node:crypto'
import type { Loader } from '../../datasets/index.ts'
import type { Network } from '../../nn/index.ts'
import { fingerprintOf, fingerprintOfSplit } from '../fingerprint.ts'
import { currentNumerics } from '../numerics.ts'
import type { Precision } from './precision.ts'

/** Whose logits, and of what. */
export interface Subject {
  readonly teacher: { readonly model: string; readonly network: Network }
  readonly images: Loader
  readonly precision: Precision
  /** Of a batch. */
  readonly rows: number
  readonly classes: number
}

/**
 * Everything that decides the bits of the logits. A row of them does not depend on the others of its batch, nor on its
 * place; on how many they are it does, because convolutions of few images are computed by another method.
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

/** A name for the file that is about this. */
export function fileNameOf({ teacher: { model } }: Subject, identity: object): string {
  const hash = createHash('sha256').update(JSON.stringify(identity)).digest('hex')
  return `${model}-${hash.slice(0, 16)}.logits`
}
