import { join } from 'node:path'
import { readJson } from '../../base/files/json.ts'
import type { Augmentation } from '../../datasets/index.ts'
import type { Environment } from '../environment.ts'
import type { Hyperparameters } from '../loop/hyperparameters.ts'
import type { TeacherCache } from '../teacherLogits/index.ts'
import type { Segment } from './segments.ts'

/** Everything that was decided before a run began: `config.json` in its folder. */
export interface RunConfig {
  readonly model: string
  /** Its name, and its options. */
  readonly method: { readonly name: string }
  readonly teacher?:
    | {
        readonly model: string
        /** The file of its weights. */
        readonly source: string
        readonly fingerprint: string
        /** How exactly they were kept, if not as they are: such rounding decides the numbers. */
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
  /** What computed it, as far as that decides the bits: several where it went on with other numerics. */
  readonly numerics: readonly Segment[]
  /** The machine, which may be another when the run goes on. Where exact logits are kept decides nothing either. */
  readonly environment: Environment & { readonly teacherCache?: TeacherCache | undefined }
}

/** Where the run in a folder keeps rounded logits of its teacher: rounding decides its numbers, so it goes on with them. */
export async function roundedLogitsOf(folder: string): Promise<TeacherCache | undefined> {
  const config = (await readJson(join(folder, 'config.json'))) as Partial<RunConfig> | undefined
  return config?.teacher?.logits === undefined ? undefined : config.environment?.teacherCache
}
