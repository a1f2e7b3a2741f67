import { currentExecutor, numericsOf } from '../engine/index.ts'
import { packageVersion } from './environment.ts'

/** The parts of the environment that determine the bits of a result. */
export type Numerics = { readonly [name: string]: unknown }

/** Returns the numerics of this process and its current executor. */
export async function currentNumerics(): Promise<Numerics> {
  return {
    thermograd: packageVersion(),
    architecture: process.arch,
    ...numericsOf(await currentExecutor()),
  }
}
