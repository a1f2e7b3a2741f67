import { demand } from '../../base/errors.ts'
import type { Distiller } from '../../kd/index.ts'

/** Throws for a method that needs more from the teacher than its logits. */
export function demandLogitsSuffice({ method, needsFeatures }: Distiller): void {
  demand(
    !needsFeatures,
    () => `${method}: this method needs the teacher's features, but a teacher cache stores only logits`,
  )
}
