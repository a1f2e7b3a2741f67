import { currentExecutor, numericsOf } from '../engine/index.ts'
import type { ModuleRecord } from './catalogue/modules.ts'
import { packageVersion } from './environment.ts'

/** What determines the bits of a result besides the recipe: parts of the environment, and the code of modules. */
export interface Numerics {
  /** The modules that define the network, the method or the data set. */
  readonly modules?: readonly ModuleRecord[] | undefined
  readonly [name: string]: unknown
}

/** Returns the numerics of this process and its current executor. */
export async function currentNumerics(): Promise<Numerics> {
  return {
    thermograd: packageVersion(),
    architecture: process.arch,
    ...numericsOf(await currentExecutor()),
  }
}
