import type { Profile } from './profile.ts'

/** The laws that a loss obeys and those that it breaks. */
export type Laws = Pick<Profile, 'claims' | 'breaks'>

const valueLaws = [
  'pure',
  'representable',
  'definition',
  'finite-at-extremes',
  'non-negative',
  'shared-permutation',
] as const
const batchLaws = ['batch-additivity', 'row-independence', 'row-order', 'per-sample']
const gradientLaws = [
  'gradient-is-numeric',
  'gradient-formula',
  'gradient-row-independence',
  'gradient-of-repeated-batch',
  'gradient-permutation',
  'gradient-finite-at-extremes',
  'teacher-gets-no-gradient',
]
const sharpnessLaws = [
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
const sharpnessBreaks = { 'sharpness-homogeneity': 'S(z/T) is not S(z)/T: the maximum scales, ln K does not' }

const commonLaws = [...valueLaws, ...batchLaws, ...gradientLaws]
const shiftLaws = ['student-shift', 'gradient-sums-to-zero']
const extremeLaws = ['definition-at-extremes']
const farClassLaws = ['far-class', 'gradient-of-far-class']
const divergenceLaws = [
  'zero-at-equality',
  'positive-apart',
  'large-temperature-limit',
  'gradient-zero-at-equality',
  ...sharpnessLaws,
]
const divergenceBreaks = {
  'separate-permutations': 'corresponding classes are compared',
  'teacher-student-symmetry': 'KL(p ‖ q) is not KL(q ‖ p)',
  ...sharpnessBreaks,
}
const sharedTemperatureLaws = ['temperatures-shared', 'temperatures-row-independence']
const temperatureSquaredLaws = ['scale-and-temperature']
const sharedTemperatureBreaks = {
  'zero-at-multiples': 'a common temperature does not compensate for different scales',
}

const dynamicTemperatureLaws = [
  'temperatures-sum',
  'temperatures-bounds',
  'temperatures-product',
  'temperatures-swap',
  'temperatures-permutation',
  'temperatures-row-independence',
  'zero-at-multiples',
  'label-independence',
]
const publishedTemperatureLaws = [
  'temperatures-ratio',
  'temperatures-scaled-maxima',
  'temperatures-scale',
  'temperatures-maxima-alone',
  'sharpness-gap',
  'gradient-off-the-maximum',
]
const rawMaxima = 'the temperatures depend on the raw maxima, which the constant changes'
const publishedTemperatureBreaks = {
  'student-shift': rawMaxima,
  'teacher-shift': rawMaxima,
  'temperatures-shift': rawMaxima,
  'equal-sharpness':
    'the formula equalises the largest logits, not the sharpness: see the erratum of the paper',
  'sharpness-gap-shrinks': 'it shrinks for most samples of trained networks, but this is not guaranteed',
}
const attachedBreaks = { 'gradient-sums-to-zero': 'the gradient flows through the student’s raw maximum' }

/** The laws of divergences at one temperature. */
const softenedLaws = [
  ...commonLaws,
  ...shiftLaws,
  ...extremeLaws,
  ...divergenceLaws,
  ...sharedTemperatureLaws,
  ...temperatureSquaredLaws,
  ...farClassLaws,
  'merging-classes',
  'teacher-shift',
]
/** The laws of divergences at the published temperatures. */
const publishedLaws = [
  ...commonLaws,
  ...extremeLaws,
  ...divergenceLaws,
  ...dynamicTemperatureLaws,
  ...publishedTemperatureLaws,
  ...temperatureSquaredLaws,
  ...farClassLaws,
  'merging-classes',
]

/** Names of laws, for the `claims` of profiles. */
export const lawGroups = {
  /** Of every loss that is a mean over samples: its value, the batch and the gradient. */
  common: commonLaws,
  /** Of every loss: equal to its formula, finite, the same when called again, independent of the order of classes. */
  value: valueLaws,
  /** Of a loss that is a mean over samples. */
  batch: batchLaws,
  gradient: gradientLaws,
  /** Of a loss that sees the student only through its softmax. */
  shift: shiftLaws,
  /** Of a loss that stays exact for extreme logits. */
  extremes: extremeLaws,
  /** Of a loss to which a class without probability adds nothing. */
  farClass: farClassLaws,
  /** Of `sharpness`. */
  sharpness: sharpnessLaws,
} satisfies Record<string, readonly string[]>

/** The laws of single-term losses. */
export const termLaws = {
  crossEntropy: {
    claims: [
      ...commonLaws,
      ...shiftLaws,
      ...extremeLaws,
      ...farClassLaws,
      'merging-classes',
      'convexity',
      'positive-apart',
    ],
    breaks: { 'label-independence': 'cross entropy depends on the label' },
  },
  kd: {
    claims: [...softenedLaws, 'convexity', 'label-independence'],
    breaks: { ...divergenceBreaks, ...sharedTemperatureBreaks },
  },
  dkd: {
    claims: [...softenedLaws, 'decoupling', 'two-classes'],
    breaks: {
      ...divergenceBreaks,
      ...sharedTemperatureBreaks,
      'label-independence': 'the target’s term and the others’ are weighted differently',
    },
  },
  dtkd: {
    claims: [...publishedLaws],
    breaks: { ...divergenceBreaks, ...publishedTemperatureBreaks, ...attachedBreaks },
  },
  detached: {
    claims: [...publishedLaws, 'gradient-sums-to-zero'].filter((name) => name !== 'gradient-is-numeric'),
    breaks: {
      ...divergenceBreaks,
      ...publishedTemperatureBreaks,
      'gradient-is-numeric': 'the gradient through the temperatures is omitted',
    },
  },
  guarded: {
    claims: [...publishedLaws, 'temperatures-fallback'],
    breaks: { ...divergenceBreaks, ...publishedTemperatureBreaks, ...attachedBreaks },
  },
  exact: {
    claims: [
      ...commonLaws,
      ...shiftLaws,
      ...divergenceLaws,
      ...dynamicTemperatureLaws,
      ...temperatureSquaredLaws,
      'teacher-shift',
      'temperatures-shift',
      'equal-sharpness',
      'temperatures-unique',
      'temperatures-implicit-gradient',
    ],
    breaks: {
      ...divergenceBreaks,
      'temperatures-scale': 'sharpness is not homogeneous',
      'temperatures-maxima-alone': 'sharpness depends on all logits',
    },
  },
} satisfies Record<string, Laws>

const totalClaims = [...commonLaws, ...extremeLaws, ...sharpnessLaws]
const totalBreaks = {
  'zero-at-equality': 'cross entropy remains if student and teacher are equal',
  'label-independence': 'cross entropy depends on the label',
  ...sharpnessBreaks,
}
/** The laws of total losses, which include cross entropy. */
export const totalLaws = {
  kd: {
    claims: [...totalClaims, ...shiftLaws, ...sharedTemperatureLaws, ...farClassLaws, 'convexity'],
    breaks: totalBreaks,
  },
  dkd: {
    claims: [
      ...totalClaims,
      ...shiftLaws,
      ...sharedTemperatureLaws,
      ...farClassLaws,
      'decoupling',
      'warm-up',
    ],
    breaks: totalBreaks,
  },
  dtkd: {
    claims: [...totalClaims, ...farClassLaws, 'warm-up'],
    breaks: { ...totalBreaks, 'student-shift': rawMaxima, ...attachedBreaks },
  },
  exact: {
    claims: [...totalClaims, ...shiftLaws, 'warm-up', 'equal-sharpness'].filter(
      (name) => name !== 'definition-at-extremes',
    ),
    breaks: totalBreaks,
  },
} satisfies Record<string, Laws>
