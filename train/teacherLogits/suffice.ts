import { demand } from '../../base/errors.ts'
import type { Distiller } from '../../kd/index.ts'

/** Throws for a method that wants more of the teacher than a cache keeps. */
export function demandLogitsSuffice({ method, needsFeatures }: Distiller): void {
  demand(
    !needsFeatures,
    () => `${method}: this method needs the teacher's features, but a teacher cache keeps nothing but logits`,
  )
}
