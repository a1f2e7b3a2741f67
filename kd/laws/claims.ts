import type { Profile } from './profile.ts'

/** The laws that a loss obeys and those that it breaks. */
export type Laws = Pick<Profile, 'claims' | 'breaks'>

const always = ['pure', 'definition', 'finite-at-extremes', 'non-negative', 'shared-permutation'] as const
const ofBatches = ['batch-additivity', 'row-independence', 'row-order', 'per-sample']
const ofGradients = [
  'gradient-is-numeric',
  'gradient-formula',
  'gradient-row-independence',
  'gradient-finite-at-extremes',
  'teacher-gets-no-gradient',
]
const ofSharpness = [
  'sharpness-bounds',
  'sharpness-shift',
  'sharpness-convexity',
  'sharpness-lipschitz',
  'sharpness-permutation',
  'sharpness-gradient',
  'sharpness-monotone',
  'sharpness-limits',
  'sharpness-entropy',
]
const notOfSharpness = { 'sharpness-homogeneity': 'S(z/T) is not S(z)/T: the maximum scales, ln K does not' }

const ofAnyLoss = [...always, ...ofBatches, ...ofGradients]
const freeOfShifts = ['student-shift', 'gradient-sums-to-zero']
const extremes = ['definition-at-extremes']
const ofDivergences = [
  'zero-at-equality',
  'positive-apart',
  'large-temperature-limit',
  'gradient-zero-at-equality',
  ...ofSharpness,
]
const notOfDivergences = {
  'separate-permutations': 'classes are compared one by one',
  'teacher-student-symmetry': 'KL(p ‖ q) is not KL(q ‖ p)',
  ...notOfSharpness,
}
const ofShared = ['temperatures-shared', 'temperatures-row-independence']
const notOfShared = { 'zero-at-multiples': 'one temperature for both sides leaves their scales as they are' }

const ofDynamic = [
  'temperatures-sum',
  'temperatures-bounds',
  'temperatures-product',
  'temperatures-swap',
  'temperatures-permutation',
  'temperatures-row-independence',
  'zero-at-multiples',
  'label-independence',
]
const ofPublished = [
  'temperatures-ratio',
  'temperatures-scaled-maxima',
  'temperatures-scale',
  'temperatures-maxima-alone',
  'sharpness-gap',
  'gradient-off-the-maximum',
]
const rawMaxima = 'temperatures come from raw maxima, to which a constant is added'
const notOfPublished = {
  'student-shift': rawMaxima,
  'teacher-shift': rawMaxima,
  'temperatures-shift': rawMaxima,
  'equal-sharpness':
    'the formula makes the largest logits equal, not the sharpnesses: see the erratum of the paper',
  'sharpness-gap-shrinks': 'it does for most samples of trained networks; nothing guarantees it',
}
const attached = { 'gradient-sums-to-zero': 'gradient flows through the student’s raw maximum' }

/** Of the bare terms. */
export const laws = {
  crossEntropy: {
    claims: [...ofAnyLoss, ...freeOfShifts, ...extremes, 'positive-apart'],
    breaks: { 'label-independence': 'it is about the label' },
  },
  kd: {
    claims: [
      ...ofAnyLoss,
      ...freeOfShifts,
      ...extremes,
      ...ofDivergences,
      ...ofShared,
      'teacher-shift',
      'label-independence',
    ],
    breaks: { ...notOfDivergences, ...notOfShared },
  },
  dkd: {
    claims: [
      ...ofAnyLoss,
      ...freeOfShifts,
      ...extremes,
      ...ofDivergences,
      ...ofShared,
      'teacher-shift',
      'decoupling',
      'two-classes',
    ],
    breaks: {
      ...notOfDivergences,
      ...notOfShared,
      'label-independence': 'the target’s term and the others’ have weights of their own',
    },
  },
  dtkd: {
    claims: [...ofAnyLoss, ...extremes, ...ofDivergences, ...ofDynamic, ...ofPublished],
    breaks: { ...notOfDivergences, ...notOfPublished, ...attached },
  },
  detached: {
    claims: [
      ...ofAnyLoss,
      ...extremes,
      ...ofDivergences,
      ...ofDynamic,
      ...ofPublished,
      'gradient-sums-to-zero',
    ].filter((name) => name !== 'gradient-is-numeric'),
    breaks: {
      ...notOfDivergences,
      ...notOfPublished,
      'gradient-is-numeric': 'what flows through the temperatures is left out',
    },
  },
  guarded: {
    claims: [
      ...ofAnyLoss,
      ...extremes,
      ...ofDivergences,
      ...ofDynamic,
      ...ofPublished,
      'temperatures-fallback',
    ],
    breaks: { ...notOfDivergences, ...notOfPublished, ...attached },
  },
  exact: {
    claims: [
      ...ofAnyLoss,
      ...freeOfShifts,
      ...ofDivergences,
      ...ofDynamic,
      'teacher-shift',
      'temperatures-shift',
      'equal-sharpness',
      'temperatures-unique',
      'temperatures-implicit-gradient',
    ],
    breaks: {
      ...notOfDivergences,
      'temperatures-scale': 'sharpness is not homogeneous',
      'temperatures-maxima-alone': 'sharpness depends on all logits',
    },
  },
} satisfies Record<string, Laws>

const ofTotals = [...ofAnyLoss, ...extremes, ...ofSharpness]
const notOfTotals = {
  'zero-at-equality': 'cross entropy remains where student and teacher are equal',
  'label-independence': 'cross entropy is about the label',
  ...notOfSharpness,
}
/** Of the totals, which have cross entropy in them. */
export const totals = {
  kd: { claims: [...ofTotals, ...freeOfShifts, ...ofShared], breaks: notOfTotals },
  dkd: { claims: [...ofTotals, ...freeOfShifts, ...ofShared, 'decoupling', 'warm-up'], breaks: notOfTotals },
  dtkd: {
    claims: [...ofTotals, 'warm-up'],
    breaks: { ...notOfTotals, 'student-shift': rawMaxima, ...attached },
  },
  exact: {
    claims: [...ofTotals, ...freeOfShifts, 'warm-up', 'equal-sharpness'].filter(
      (name) => name !== 'definition-at-extremes',
    ),
    breaks: notOfTotals,
  },
} satisfies Record<string, Laws>
