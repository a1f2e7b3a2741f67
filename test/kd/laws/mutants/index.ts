import { batches } from './batches.ts'
import { classes } from './classes.ts'
import { decoupled } from './decoupled.ts'
import { distributions } from './distributions.ts'
import { gradientSizes } from './gradientSizes.ts'
import { gradients } from './gradients.ts'
import type { Mutant } from './mutant.ts'
import { offers } from './offers.ts'
import { reductions } from './reductions.ts'
import { scales } from './scales.ts'
import { sizes } from './sizes.ts'
import { temperatures } from './temperatures.ts'
import { totals } from './totals.ts'

/** All wrong losses. */
export const mutants: readonly Mutant[] = [
  ...scales,
  ...temperatures,
  ...distributions,
  ...decoupled,
  ...batches,
  ...gradients,
  ...offers,
  ...totals,
  ...sizes,
  ...classes,
  ...reductions,
  ...gradientSizes,
]
