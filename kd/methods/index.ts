import { withDefaults } from '../options.ts'
import { aloneMethod } from './alone.ts'
import { at } from './at.ts'
import { crd } from './crd.ts'
import { ctkd } from './ctkd.ts'
import { dkd, dkdOptions } from './dkd.ts'
import { dtkd, dtkdOptions } from './dtkd.ts'
import { fitnet } from './fitnet.ts'
import { kd, kdOptions } from './kd.ts'
import { kdsvd } from './kdsvd.ts'
import { defineLogitMethod } from './logitMethod.ts'
import { nst } from './nst.ts'
import { ofd } from './ofd.ts'
import { pkt } from './pkt.ts'
import { reviewkd } from './reviewkd.ts'
import { rkd } from './rkd.ts'
import { sp } from './sp.ts'
import { vid } from './vid.ts'

const papers = {
  kd: 'Hinton, Vinyals, Dean 2015, arXiv 1503.02531',
  dkd: 'Zhao et al., CVPR 2022, arXiv 2203.08679',
  dtkd: 'Wei, Bai 2024, arXiv 2404.12711',
  lskd: 'Sun et al., CVPR 2024, arXiv 2403.01427',
}

/** The logit standardisation paper uses these with KD, and multiplies DKD's weights by nine. */
const standardised = { referenceTemperature: 2, logits: 'standardised' } as const

/** Thermograd's own methods. */
export const builtInMethods = [
  aloneMethod,
  defineLogitMethod(
    {
      name: 'kd',
      description: 'knowledge distillation with one fixed temperature',
      paper: papers.kd,
      options: kdOptions,
    },
    kd,
  ),
  defineLogitMethod(
    {
      name: 'dkd',
      description: 'decoupled knowledge distillation: separate terms for the target and the other classes',
      paper: papers.dkd,
      options: dkdOptions,
    },
    dkd,
  ),
  defineLogitMethod(
    {
      name: 'dtkd',
      description: 'dynamic temperatures as published',
      paper: papers.dtkd,
      options: dtkdOptions,
    },
    dtkd,
  ),
  defineLogitMethod(
    {
      name: 'dtkd-exact',
      description: 'dynamic temperatures of equal sharpness',
      paper: papers.dtkd,
      options: withDefaults(dtkdOptions, { temperatures: 'exact' }),
    },
    dtkd,
  ),
  defineLogitMethod(
    {
      name: 'dkd-dtkd',
      description: 'decoupled distillation at the published dynamic temperatures',
      paper: `${papers.dtkd}, with DKD`,
      options: withDefaults(dkdOptions, { temperatures: 'published' }),
    },
    dkd,
  ),
  defineLogitMethod(
    {
      name: 'dkd-dtkd-exact',
      description: 'decoupled distillation at temperatures of equal sharpness',
      paper: `${papers.dtkd}, with DKD`,
      options: withDefaults(dkdOptions, { temperatures: 'exact' }),
    },
    dkd,
  ),
  ctkd,
  defineLogitMethod(
    {
      name: 'lskd',
      description: 'logit standardisation: KD of logits with mean 0 and standard deviation 1',
      paper: papers.lskd,
      options: withDefaults(kdOptions, { ...standardised, weight: 9 }),
    },
    kd,
  ),
  defineLogitMethod(
    {
      name: 'dkd-lskd',
      description: 'logit standardisation with DKD',
      paper: `${papers.lskd}, with DKD`,
      options: withDefaults(dkdOptions, { ...standardised, alpha: 9, beta: 72 }),
    },
    dkd,
  ),
  fitnet,
  at,
  sp,
  pkt,
  rkd,
  nst,
  vid,
  crd,
  reviewkd,
  ofd,
  kdsvd,
] as const
