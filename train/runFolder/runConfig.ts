import { join } from 'node:path'
import { readJson } from '../../base/files/json.ts'
import type { Augmentation } from '../../datasets/index.ts'
import type { Environment } from '../environment.ts'
import type { Hyperparameters } from '../loop/hyperparameters.ts'
import type { TeacherCache } from '../teacherLogits/index.ts'
import type { Segment } from './segments.ts'

/** The configuration of a run, fixed before it begins: `config.json` in its folder. */
export interface RunConfig {
  readonly model: string
  /** Its name and options. */
  readonly method: { readonly name: string }
  /** What the method does, and its paper, for reports. */
  readonly about?: { readonly description: string; readonly paper: string } | undefined
  readonly teacher?:
    | {
        readonly model: string
        /** Path of its weights. */
        readonly source: string
        readonly fingerprint: string
        /** Precision of the logits cache, if it rounds: rounding changes the results. */
        readonly logits?: 'float16' | undefined
      }
    | undefined
  readonly dataset: {
    readonly name: string
    readonly classes: number
    readonly trainingImages: number
    readonly validationImages?: number | undefined
    readonly testImages: number
    readonly fingerprints: { readonly training: string; readonly test: string }
    readonly augmentation?: Augmentation | undefined
  }
  readonly recipe: Hyperparameters
  readonly seed: number
  /** The numerics that computed the run: several segments if it continued with others. */
  readonly numerics: readonly Segment[]
  /** The machine, which may differ when the run is continued, and the logits cache: neither changes the results unless it rounds. */
  readonly environment: Environment & { readonly teacherCache?: TeacherCache | undefined }
}

/** Returns the cache of the run in a folder if it rounds the teacher's logits: the run must continue with the same rounding. */
export async function roundedLogitsOf(folder: string): Promise<TeacherCache | undefined> {
  const config = (await readJson(join(folder, 'config.json'))) as Partial<RunConfig> | undefined
  return config?.teacher?.logits === undefined ? undefined : config.environment?.teacherCache
}
