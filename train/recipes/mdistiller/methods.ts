import { distiller, type MethodName, type MethodOptions } from '../../../kd/index.ts'
import type { NamedMethod, Options } from '../runRecipe.ts'
import { choice, flag, ignored, only, option, type Part, partsOf } from './parts.ts'

/** Schemas of the sections of a configuration, by mdistiller's name of the method. */
export const sections = {
  KD: partsOf({ TEMPERATURE: option('kd', 'referenceTemperature'), LOSS: losses('kd', 'KD_WEIGHT') }),
  AT: partsOf({ P: option('at', 'power'), LOSS: losses('at') }),
  RKD: partsOf({
    DISTANCE_WEIGHT: option('rkd', 'distanceWeight'),
    ANGLE_WEIGHT: option('rkd', 'angleWeight'),
    LOSS: losses('rkd'),
    PDIST: partsOf({ EPSILON: only(1e-12), SQUARED: only(false) }),
  }),
  FITNET: partsOf({ HINT_LAYER: option('fitnet', 'stage'), INPUT_SIZE: ignored, LOSS: losses('fitnet') }),
  KDSVD: partsOf({ K: option('kdsvd', 'vectors'), LOSS: losses('kdsvd') }),
  OFD: partsOf({ LOSS: losses('ofd'), CONNECTOR: partsOf({ KERNEL_SIZE: only(1) }) }),
  NST: partsOf({ LOSS: losses('nst') }),
  PKT: partsOf({ LOSS: losses('pkt') }),
  SP: partsOf({ LOSS: losses('sp') }),
  VID: partsOf({
    LOSS: losses('vid'),
    EPS: only(1e-5),
    INIT_PRED_VAR: option('vid', 'initialVariance'),
    INPUT_SIZE: ignored,
  }),
  CRD: partsOf({
    MODE: choice('positive', { exact: 'exact', relax: 'relaxed' }),
    FEAT: partsOf({ DIM: option('crd', 'dimensions'), STUDENT_DIM: ignored, TEACHER_DIM: ignored }),
    LOSS: losses('crd'),
    NCE: partsOf({
      K: option('crd', 'negatives'),
      MOMENTUM: option('crd', 'momentum'),
      TEMPERATURE: option('crd', 'temperature'),
    }),
  }),
  REVIEWKD: partsOf({
    CE_WEIGHT: option('reviewkd', 'crossEntropyWeight'),
    REVIEWKD_WEIGHT: option('reviewkd', 'weight'),
    WARMUP_EPOCHS: option('reviewkd', 'warmUp'),
    SHAPES: ignored,
    OUT_SHAPES: ignored,
    IN_CHANNELS: ignored,
    OUT_CHANNELS: ignored,
    MAX_MID_CHANNEL: only(512),
    STU_PREACT: flag('studentMaps', 'preactivated', 'activated'),
  }),
  DKD: partsOf({
    CE_WEIGHT: option('dkd', 'crossEntropyWeight'),
    ALPHA: option('dkd', 'alpha'),
    BETA: option('dkd', 'beta'),
    T: option('dkd', 'referenceTemperature'),
    WARMUP: option('dkd', 'warmUp'),
  }),
  DTKD: partsOf({
    LOSS: partsOf({}),
    CE_WEIGHT: option('dtkd', 'crossEntropyWeight'),
    ALPHA: option('dtkd', 'alpha'),
    BETA: option('dtkd', 'beta'),
    T: option('dtkd', 'referenceTemperature'),
    WARMUP: option('dtkd', 'warmUp'),
  }),
} satisfies Record<string, Part>

export type SectionName = keyof typeof sections

/** Options with which our methods compute what mdistiller's code does (for DTKD, its authors' code) if the defaults do not. */
const departures: Partial<Record<MethodName, Options>> = {
  kdsvd: { matrix: 'width' },
  vid: { variances: 'fixed' },
  dtkd: { guard: 'none' },
}

/** Returns the method of a section, with every option as mdistiller's code would have it. */
export function methodOf(section: SectionName, given: Options = {}): NamedMethod {
  const name = section.toLowerCase() as Lowercase<SectionName>
  return { ...distiller(name).options, ...departures[name], ...given, name }
}

function losses(method: WeighingMethod, weight = 'FEAT_WEIGHT'): Part {
  return partsOf({
    CE_WEIGHT: option(method, 'crossEntropyWeight'),
    [weight]: option(method, 'weight'),
  })
}

type WeighingMethod = {
  [Name in MethodName]: 'weight' extends keyof MethodOptions<Name> ? Name : never
}[MethodName]
