import { distiller, type MethodName } from '../../../kd/index.ts'
import type { NamedMethod, Options } from '../runRecipe.ts'
import { choice, flag, ignored, only, option, type Part, partsOf } from './parts.ts'

/** A method's section in a configuration, by the method's name there. */
export const sections = {
  KD: partsOf({ TEMPERATURE: option('referenceTemperature'), LOSS: losses('KD_WEIGHT') }),
  AT: partsOf({ P: option('power'), LOSS: losses() }),
  RKD: partsOf({
    DISTANCE_WEIGHT: option('distanceWeight'),
    ANGLE_WEIGHT: option('angleWeight'),
    LOSS: losses(),
    PDIST: partsOf({ EPSILON: only(1e-12), SQUARED: only(false) }),
  }),
  FITNET: partsOf({ HINT_LAYER: option('stage'), INPUT_SIZE: ignored, LOSS: losses() }),
  KDSVD: partsOf({ K: option('vectors'), LOSS: losses() }),
  OFD: partsOf({ LOSS: losses(), CONNECTOR: partsOf({ KERNEL_SIZE: only(1) }) }),
  NST: partsOf({ LOSS: losses() }),
  PKT: partsOf({ LOSS: losses() }),
  SP: partsOf({ LOSS: losses() }),
  VID: partsOf({
    LOSS: losses(),
    EPS: only(1e-5),
    INIT_PRED_VAR: option('initialVariance'),
    INPUT_SIZE: ignored,
  }),
  CRD: partsOf({
    MODE: choice('positive', { exact: 'exact', relax: 'relaxed' }),
    FEAT: partsOf({ DIM: option('dimensions'), STUDENT_DIM: ignored, TEACHER_DIM: ignored }),
    LOSS: losses(),
    NCE: partsOf({
      K: option('negatives'),
      MOMENTUM: option('momentum'),
      TEMPERATURE: option('temperature'),
    }),
  }),
  REVIEWKD: partsOf({
    CE_WEIGHT: option('crossEntropyWeight'),
    REVIEWKD_WEIGHT: option('weight'),
    WARMUP_EPOCHS: option('warmUp'),
    SHAPES: ignored,
    OUT_SHAPES: ignored,
    IN_CHANNELS: ignored,
    OUT_CHANNELS: ignored,
    MAX_MID_CHANNEL: only(512),
    STU_PREACT: flag('studentMaps', 'preactivated', 'activated'),
  }),
  DKD: partsOf({
    CE_WEIGHT: option('crossEntropyWeight'),
    ALPHA: option('alpha'),
    BETA: option('beta'),
    T: option('referenceTemperature'),
    WARMUP: option('warmUp'),
  }),
  DTKD: partsOf({
    LOSS: partsOf({}),
    CE_WEIGHT: option('crossEntropyWeight'),
    ALPHA: option('alpha'),
    BETA: option('beta'),
    T: option('referenceTemperature'),
    WARMUP: option('warmUp'),
  }),
} satisfies Record<string, Part>

export type SectionName = keyof typeof sections

/** What mdistiller's code does where ours, by default, does otherwise; for DTKD its authors'. */
const departures: Partial<Record<MethodName, Options>> = {
  kdsvd: { matrix: 'width' },
  vid: { variances: 'fixed' },
  dtkd: { guard: 'none' },
}

/** The method of a section, with every option as mdistiller would take it. */
export function methodOf(section: SectionName, given: Options = {}): NamedMethod {
  const name = section.toLowerCase() as Lowercase<SectionName>
  return { ...distiller(name).options, ...departures[name], ...given, name }
}

function losses(weight = 'FEAT_WEIGHT'): Part {
  return partsOf({ CE_WEIGHT: option('crossEntropyWeight'), [weight]: option('weight') })
}
