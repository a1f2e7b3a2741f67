import type { HostLoss } from '../../../kd/laws/loss.ts'
import type { ProfileName } from '../../../kd/laws/profiles.ts'
import { dkdSlopes, dtkdSlopes, kdSlopes, withGradient } from './mutants/gradients.ts'
import { everything } from './mutants/offers.ts'
import {
  crossEntropy,
  dkd,
  dtkd,
  dtkdExact,
  dtkdGuarded,
  kd,
  lossOf,
  withTemperatures,
} from './mutants/plain.ts'
import { dkdWeights, dtkdWeights, kdWeights, totalOf } from './mutants/totals.ts'

export interface RightLoss {
  readonly name: string
  readonly profile: ProfileName
  readonly loss: HostLoss
}

/** Each from its formula alone: what the kit must pass. */
export const plainLosses: readonly RightLoss[] = [
  plain('crossEntropy', (student, _teacher, labels) => crossEntropy(student, labels)),
  plain('kd', lossOf(kd)),
  plain('kd', { ...everything.kd, ...withGradient(kd, kdSlopes) }),
  plain('kd-total', totalOf(lossOf(kd), kdWeights).loss),
  plain('dkd', lossOf(dkd)),
  plain('dkd', { ...everything.dkd, ...withGradient(dkd, dkdSlopes) }),
  plain('dkd-total', totalOf(lossOf(dkd), dkdWeights)),
  plain('dtkd', lossOf(dtkd)),
  plain('dtkd', { ...everything.dtkd, ...withGradient(dtkd, dtkdSlopes) }),
  plain('dtkd-detached', withGradient(dtkd, kdSlopes)),
  plain('dtkd-guarded', withTemperatures(dtkdGuarded)),
  plain('dtkd-exact', withTemperatures(dtkdExact)),
  plain('dtkd-total', totalOf(lossOf(dtkd), dtkdWeights)),
  plain('dtkd-guarded-total', totalOf(lossOf(dtkdGuarded), dtkdWeights)),
  plain('dtkd-exact-total', totalOf(lossOf(dtkdExact), dtkdWeights)),
]

function plain(profile: ProfileName, loss: HostLoss): RightLoss {
  return { name: typeof loss === 'function' ? 'plain' : `plain with ${offersOf(loss)}`, profile, loss }
}

function offersOf(loss: object): string {
  const offers = Object.keys(loss).filter((name) => name !== 'loss')
  return offers.join(', ')
}
