import { currentExecutor, numericsOf } from '../engine/index.ts'
import { packageVersion } from './environment.ts'

/** What computes, as far as it decides the bits of what comes out. */
export type Numerics = { readonly [name: string]: unknown }

/** What would compute now. */
export async function currentNumerics(): Promise<Numerics> {
  return {
    thermograd: packageVersion(),
    architecture: process.arch,
    ...numericsOf(await currentExecutor()),
  }
}
