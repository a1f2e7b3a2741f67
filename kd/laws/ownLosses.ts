import type { Executor, Tensor } from '../../engine/index.ts'
import { alone, dkd, dtkd, dynamicTemperatures, exactTemperatures, kd, sharedTemperatures } from '../index.ts'
import type { LossObject } from './loss.ts'
import type { ProfileName } from './profiles.ts'
import { hostLoss, type TensorLoss } from './tensorLoss.ts'

type Side = [student: Tensor, teacher: Tensor, labels: Tensor]

const shared: TensorLoss['temperatures'] = (student) => sharedTemperatures(student, 4)
const published: TensorLoss['temperatures'] = (student, teacher) =>
  dynamicTemperatures(student, teacher, { guard: 'none' })

/** Returns DTKD's term and total with the given options. */
function dynamic(
  options: Parameters<typeof dtkd>[3],
  temperatures: TensorLoss['temperatures'],
): { term: TensorLoss; total: TensorLoss } {
  return {
    term: {
      loss: (...batch: Side) => dtkd(...batch, options).terms.dtkd,
      temperatures,
      atTemperature: (referenceTemperature, ...batch: Side) =>
        dtkd(...batch, { ...options, referenceTemperature }).terms.dtkd,
    },
    total: {
      loss: (student, teacher, labels, epoch) => dtkd(student, teacher, labels, { ...options, epoch }).loss,
      temperatures,
      warmsUp: true,
    },
  }
}

const asPublished = dynamic({ guard: 'none' }, published)
const guarded = dynamic({}, dynamicTemperatures)
const exact = dynamic({ temperatures: 'exact' }, exactTemperatures)
const terms = (...batch: Side) => {
  const { tckd, nckd } = dkd(...batch).terms
  return { tckd, nckd }
}
const decoupled = (referenceTemperature: number, ...batch: Side) => {
  const { tckd, nckd } = dkd(...batch, { referenceTemperature }).terms
  return tckd.add(nckd.multiply(8))
}

const losses = {
  crossEntropy: { loss: (student, _, labels) => alone(student, labels).loss },
  kd: {
    loss: (...batch) => kd(batch[0], batch[1], batch[2]).terms.kd,
    temperatures: shared,
    atTemperature: (referenceTemperature, ...batch) => kd(...batch, { referenceTemperature }).terms.kd,
  },
  'kd-total': { loss: (...batch) => kd(batch[0], batch[1], batch[2]).loss, temperatures: shared },
  dkd: {
    loss: (student, teacher, labels) => decoupled(4, student, teacher, labels),
    temperatures: shared,
    atTemperature: decoupled,
    terms,
  },
  'dkd-total': {
    loss: (student, teacher, labels, epoch) => dkd(student, teacher, labels, { epoch }).loss,
    temperatures: shared,
    terms,
    warmsUp: true,
  },
  dtkd: asPublished.term,
  'dtkd-total': asPublished.total,
  'dtkd-detached': dynamic({ guard: 'none', gradients: 'detached' }, published).term,
  'dtkd-guarded': guarded.term,
  'dtkd-guarded-total': guarded.total,
  'dtkd-exact': exact.term,
  'dtkd-exact-total': exact.total,
} satisfies Partial<Record<ProfileName, TensorLoss>>

/** The names of the profiles of thermograd's own losses. */
export type OwnLossName = keyof typeof losses

export const ownLossNames = Object.keys(losses) as OwnLossName[]

/** Returns thermograd's own losses by profile name, computed by an executor. */
export function ownLosses(executor: Executor): Readonly<Record<OwnLossName, LossObject>> {
  const entries = Object.entries(losses).map(([name, loss]) => [name, hostLoss(loss, executor)])
  return Object.fromEntries(entries)
}
