import { lawGroups } from './claims.ts'
import type { ProfileSpecification } from './defineProfile.ts'
import { type Definition, divergence, type Sample, tempered } from './formulas/definition.ts'
import type { Formula } from './formulas/formula.ts'
import {
  binaryCrossEntropy,
  cosineDistance,
  dist,
  focal,
  infoNce,
  jensenShannon,
  logitDistance,
  reverseDivergence,
  smoothedCrossEntropy,
  softCrossEntropy,
  temperedCrossEntropy,
} from './formulas/furtherDefinitions.ts'
import { deviation, dot, mean, standardisedRow } from './formulas/rows.ts'
import { shared } from './formulas/temperatureRules.ts'
import { teachersOf } from './shapes.ts'

const { common, extremes, farClass, gradient, shift, value } = lawGroups

const withLabels = { 'label-independence': 'the label is the target' }
const multiples = { 'zero-at-multiples': 'the scale of the logits counts' }
const corresponding = { 'separate-permutations': 'corresponding classes are compared' }
const asymmetric = { 'teacher-student-symmetry': 'the two sides have different parts' }
const rawLogits = {
  'student-shift': 'raw logits are compared',
  'teacher-shift': 'raw logits are compared',
  'gradient-sums-to-zero': 'a constant added to the student’s logits changes the loss',
}
const coupled = {
  'row-independence': 'samples of a batch are compared with each other',
  'batch-additivity': 'samples of a batch are compared with each other',
}

const zeroLaws = ['zero-at-equality', 'positive-apart', 'gradient-zero-at-equality', 'label-independence']
const softenedLaws = [
  ...common,
  ...shift,
  ...extremes,
  ...zeroLaws,
  ...farClass,
  'teacher-shift',
  'large-temperature-limit',
  'merging-classes',
  'scale-and-temperature',
]
const jointLaws = [
  ...value,
  'row-order',
  ...gradient.filter((name) => name !== 'gradient-row-independence'),
  'label-independence',
]

/** Numeric gradients of a whole batch take a value for each class. */
const fewClasses = { classes: { min: 2, max: 24 } }

/** Losses besides those of thermograd, as profiles. */
export const furtherDrafts = {
  'label-smoothing': () => ({
    summary: 'crossEntropy with 0.1 of each label spread over all classes',
    formula: '1/N Σ −0.9 ln q_t − 0.1/K Σⱼ ln qⱼ,  q = softmax(v)',
    definition: smoothedCrossEntropy(0.1),
    claims: [...common, ...shift, ...extremes, 'positive-apart', 'convexity'],
    breaks: { ...withLabels, 'far-class': 'every class gets a share of the label' },
  }),
  focal: () => ({
    summary: '−(1 − q_t)² ln q_t',
    formula: '1/N Σ −(1 − q_t)² ln q_t,  q = softmax(v)',
    definition: focal(2),
    claims: [...common, ...shift, ...extremes, ...farClass, 'merging-classes', 'positive-apart'],
    breaks: withLabels,
  }),
  'temperature-scaling': (tau) => ({
    summary: 'cross entropy of softmax(v/τ)',
    formula: '1/N Σ −ln softmax(v/τ)_t',
    definition: temperedCrossEntropy(tau),
    rule: shared(tau),
    claims: [...common, ...shift, ...extremes, ...farClass, 'merging-classes', 'convexity', 'positive-apart'],
    breaks: withLabels,
  }),
  'binary-cross-entropy': () => ({
    summary: 'a sigmoid for each class, mean over the classes',
    formula: '1/N Σ 1/K Σⱼ −ln σ(±vⱼ), + for j = t',
    definition: binaryCrossEntropy,
    claims: [...common, ...extremes, 'positive-apart', 'convexity'],
    breaks: {
      ...withLabels,
      'far-class': 'it is a mean over the classes',
      'student-shift': 'each class is a decision of its own',
      'gradient-sums-to-zero': 'each class is a decision of its own',
    },
  }),
  'soft-cross-entropy': () => ({
    summary: 'crossEntropy with distributions as targets: wrap the loss in softLabels',
    formula: '1/N Σ −Σᵢ yᵢ ln qᵢ,  q = softmax(v), with soft labels y = softmax(u)',
    definition: softCrossEntropy,
    claims: [
      ...common,
      ...shift,
      ...extremes,
      ...farClass,
      'teacher-shift',
      'convexity',
      'positive-apart',
      'label-independence',
    ],
    breaks: { ...corresponding, ...asymmetric, 'zero-at-equality': 'the entropy of the soft labels remains' },
  }),
  'multi-teacher': (tau) => ({
    summary: 'KD from two teachers: wrap the loss in severalTeachers',
    formula: '1/N Σ 1/2 Σₘ τ² KL(softmax(uₘ/τ) ‖ softmax(v/τ)), of two teachers',
    definition: ofTeachers(tempered(shared(tau)), 2),
    claims: [...common, ...shift, ...extremes, 'convexity', 'positive-apart', 'label-independence'],
    breaks: { ...corresponding, ...asymmetric, 'zero-at-equality': 'the other teacher remains' },
  }),
  'reverse-kl': (tau) => ({
    summary: 'τ² KL(student ‖ teacher)',
    formula: '1/N Σ τ² KL(softmax(v/τ) ‖ softmax(u/τ))',
    definition: reverseDivergence(tau),
    rule: shared(tau),
    claims: softenedLaws,
    breaks: { ...corresponding, ...asymmetric, ...multiples },
  }),
  'jensen-shannon': (tau) => ({
    summary: 'τ² JS(teacher, student)',
    formula: '1/N Σ τ² (KL(p ‖ m) + KL(q ‖ m)) / 2,  m = (p + q) / 2',
    definition: jensenShannon(tau),
    rule: shared(tau),
    claims: [...softenedLaws, 'teacher-student-symmetry'],
    breaks: { ...corresponding, ...multiples },
  }),
  'kd-standardised': (tau) => ({
    summary: 'KD of logits with mean 0 and deviation 1',
    formula: '1/N Σ τ² KL(softmax(z(u)/τ) ‖ softmax(z(v)/τ)),  z(x) = (x − mean x) / √(1/K Σ (xᵢ − mean x)²)',
    definition: standardised(tau),
    maxima: 'spread',
    claims: [
      ...common,
      ...shift,
      'teacher-shift',
      'zero-at-equality',
      'zero-at-multiples',
      'gradient-zero-at-equality',
      'label-independence',
    ],
    breaks: { ...corresponding, ...asymmetric },
  }),
  'logit-mse': () => ({
    summary: 'mean squared difference of the logits',
    formula: '1/N Σ ‖v − u‖² / K',
    definition: logitDistance,
    claims: [...common, ...extremes, ...zeroLaws, 'convexity', 'teacher-student-symmetry'],
    breaks: {
      ...rawLogits,
      ...corresponding,
      ...multiples,
      'far-class': 'it is a mean over the classes',
    },
  }),
  cosine: () => ({
    summary: '1 − cosine of the logits',
    formula: '1/N Σ 1 − cos(v, u)',
    definition: cosineDistance,
    maxima: 'spread',
    claims: [
      ...common,
      'zero-at-equality',
      'zero-at-multiples',
      'gradient-zero-at-equality',
      'label-independence',
      'teacher-student-symmetry',
    ],
    breaks: { ...rawLogits, ...corresponding },
  }),
  dist: (tau) => ({
    summary: 'DIST: correlations of the classes of a sample, and of the samples of a class',
    formula:
      'τ² (1/N Σₙ 1 − ρ(pₙ, qₙ)) + τ² (1/K Σⱼ 1 − ρ(p_·j, q_·j)),  ρ: correlation, 10⁻⁸ added to its divisor',
    joint: dist(tau),
    draws: fewClasses,
    // The divisors of the classes grow with the batch, but 10⁻⁸ does not.
    claims: [
      ...jointLaws.filter((name) => name !== 'gradient-of-repeated-batch'),
      ...shift,
      'teacher-shift',
      'teacher-student-symmetry',
      'scale-and-temperature',
    ],
    breaks: { ...coupled, ...corresponding },
  }),
  'info-nce': (tau) => ({
    summary: 'InfoNCE over embeddings',
    formula: '1/N Σₙ −ln softmaxₘ(cos(vₙ, uₘ)/τ)ₙ, over embeddings v and u',
    joint: infoNce(tau),
    maxima: 'spread',
    draws: fewClasses,
    claims: jointLaws,
    breaks: { ...coupled, ...asymmetric, ...corresponding, 'student-shift': 'embeddings have an origin' },
  }),
} satisfies Record<string, (temperature: number) => Omit<ProfileSpecification, 'name'> & { summary: string }>

/** The mean of a loss over several teachers, as `severalTeachers` makes them. You et al., 2017. */
function ofTeachers(definition: Definition, count: number): Formula {
  const over = <Value>(sample: Sample, of: (sample: Sample) => Value) =>
    teachersOf(sample.u, count).map((u) => of({ ...sample, u }))
  return {
    value: (sample) => mean(over(sample, (each) => definition.value(each))),
    gradient: (sample) => meanRow(over(sample, (each) => definition.gradient(each))),
    rounding: (sample, roundoff) => mean(over(sample, (each) => definition.rounding(each, roundoff))),
    gradientRounding: (sample, roundoff) =>
      meanRow(over(sample, (each) => definition.gradientRounding(each, roundoff))),
  }
}

/** The mean of several rows, entry by entry. */
function meanRow(rows: readonly (readonly number[])[]): number[] {
  return rows[0].map((_, j) => mean(rows.map((row) => row[j])))
}

/** KD of standardised logits. Sun et al., 2024. */
function standardised(tau: number): Formula {
  const kd = tempered(shared(tau), divergence)
  const of = (sample: Sample) => ({
    ...sample,
    v: standardisedRow(sample.v),
    u: standardisedRow(sample.u),
  })
  return {
    scale: () => tau ** 2,
    value: (sample) => kd.value(of(sample)),
    gradient(sample) {
      const { v: z } = of(sample)
      const slopes = kd.gradient(of(sample))
      const [expected, along] = [mean(slopes), dot(slopes, z) / z.length]
      // ∂zᵢ/∂vⱼ = (δᵢⱼ − 1/K − zᵢ zⱼ / K) / σ
      return slopes.map((slope, j) => (slope - expected - z[j] * along) / deviation(sample.v))
    },
  }
}
