import { divergence, othersTerm, targetTerm } from '../formulas/definition.ts'
import { largest, logSoftmax, type Row, squaredNorm, total, without } from '../formulas/rows.ts'
import type { Profile } from '../profile.ts'
import { divergenceOf, klOf, type Mistakes, type Parts } from './parts.ts'
import { epsilons, withEpsilon } from './softmaxMistakes.ts'

/** Other divergences than the profile's. */
export function divergenceMistakes({ terms }: Profile): Mistakes {
  const weights = terms.find(({ distils }) => distils)?.distils?.measure.weights
  if (weights === undefined) return {}
  const compare = (measure: Parts['compare']): Partial<Parts> => ({ compare: measure })
  const exp = (row: Row) => row.map(Math.exp)
  const kl = divergenceOf
  const coupled = {
    'the divergence is symmetrised: (KL(p ‖ q) + KL(q ‖ p))/2': compare(
      (logP, logQ) => (kl(logP, logQ) + kl(logQ, logP)) / 2,
    ),
    'Jensen–Shannon instead of KL': compare((logP, logQ) => {
      const middle = logP.map((value, i) => Math.log((Math.exp(value) + Math.exp(logQ[i])) / 2))
      return (kl(logP, middle) + kl(logQ, middle)) / 2
    }),
    'cross entropy −Σ p ln q instead of KL: the teacher’s entropy is missing': compare(
      (logP, logQ) => -total(exp(logP).map((p, i) => p * logQ[i])),
    ),
    'Σ p (ln p − q): the student’s probabilities are used instead of their logarithms': compare(
      (logP, logQ) => klOf(exp(logP), logP, exp(logQ)),
    ),
    'log-probabilities of the teacher are used instead of its probabilities': compare((logP, logQ) =>
      klOf(logP, logP.map(Math.log), logQ),
    ),
    'log_target is set, but the teacher’s probabilities are given: Σ eᵖ (p − ln q)': compare((logP, logQ) =>
      klOf(exp(logP).map(Math.exp), exp(logP), logQ),
    ),
    'the teacher’s largest class is used instead of its distribution: hard labels': compare(
      (logP, logQ) => -logQ[logP.indexOf(largest(logP))],
    ),
    'logits of the teacher are used instead of its probabilities': compare((_, logQ, __, z) =>
      klOf(z, z.map(Math.log), logQ),
    ),
    'the last class is left out of the sum': compare((logP, logQ) =>
      klOf(exp(logP).slice(0, -1), logP, logQ),
    ),
    'the squared difference of logits instead of KL': compare((_, __, ___, z, w) =>
      squaredNorm(z.map((value, i) => value - w[i])),
    ),
    'the squared difference of probabilities instead of KL': compare((logP, logQ) =>
      squaredNorm(exp(logP).map((p, i) => p - Math.exp(logQ[i]))),
    ),
    'the squared difference of log-probabilities instead of KL': compare((logP, logQ) =>
      squaredNorm(logP.map((value, i) => value - logQ[i])),
    ),
    'the terms of KL lose their sign': compare((logP, logQ) =>
      total(exp(logP).map((p, i) => Math.abs(p * (logP[i] - logQ[i])))),
    ),
    'negative terms of KL are dropped': compare((logP, logQ) =>
      total(exp(logP).map((p, i) => Math.max(0, p * (logP[i] - logQ[i])))),
    ),
    'the weights in KL are the student’s probabilities: Σ q (ln p − ln q)': compare((logP, logQ) =>
      klOf(exp(logQ), logP, logQ),
    ),
  }
  if (weights.length === 1) return { ...coupled, ...epsilonInLogarithms() }
  const [alpha, beta] = weights
  const sum = (a: number, b: number) =>
    compare((logP, logQ, label) => a * targetTerm(logP, logQ, label) + b * othersTerm(logP, logQ, label))
  /** NCKD from differently computed log-probabilities of softened logits. */
  const others = (view: (softened: Row, label: number) => Row) =>
    compare(
      (logP, logQ, label, z, w) =>
        alpha * targetTerm(logP, logQ, label) + beta * divergenceOf(view(z, label), view(w, label)),
    )
  return {
    'plain KL instead of the decoupled terms': compare((logP, logQ) => divergence.value(logP, logQ, 0)),
    'the weights of TCKD and NCKD are exchanged': sum(beta, alpha),
    'both terms have the weight 1': sum(1, 1),
    'NCKD is missing': sum(alpha, 0),
    'TCKD is missing': sum(0, beta),
    'NCKD still has the weight 1 − p_t': compare(
      (logP, logQ, label) =>
        alpha * targetTerm(logP, logQ, label) +
        beta * (1 - Math.exp(logP[label])) * othersTerm(logP, logQ, label),
    ),
    'the other classes are not normalised in NCKD': others((z, label) => without(logSoftmax(z), label)),
    'TCKD lacks the term of 1 − p_t': compare(
      (logP, logQ, label) =>
        alpha * Math.exp(logP[label]) * (logP[label] - logQ[label]) + beta * othersTerm(logP, logQ, label),
    ),
    'the target is masked by a logit of 0 in NCKD, so it still counts': others((z, label) =>
      logSoftmax(z.with(label, 0)),
    ),
    'TCKD is reversed': compare(
      (logP, logQ, label) => alpha * targetTerm(logQ, logP, label) + beta * othersTerm(logP, logQ, label),
    ),
    'NCKD is reversed': compare(
      (logP, logQ, label) => alpha * targetTerm(logP, logQ, label) + beta * othersTerm(logQ, logP, label),
    ),
    'the target is the teacher’s largest class, not the label': compare((logP, logQ) => {
      const label = logP.indexOf(largest(logP))
      return alpha * targetTerm(logP, logQ, label) + beta * othersTerm(logP, logQ, label)
    }),
    'the target is the student’s largest class, not the label': compare((logP, logQ) => {
      const label = logQ.indexOf(largest(logQ))
      return alpha * targetTerm(logP, logQ, label) + beta * othersTerm(logP, logQ, label)
    }),
    ...otherMasks(others),
    'the complement of the target is ln(1 − p_t), which is −∞ if p_t rounds to 1': compare(
      (logP, logQ, label) => {
        const binary = (row: Row) => [row[label], Math.log(1 - Math.exp(row[label]))]
        return alpha * kl(binary(logP), binary(logQ)) + beta * othersTerm(logP, logQ, label)
      },
    ),
    ...coupled,
  }
}

/** Masks of the target that are not −∞, on softened logits. */
function otherMasks(others: (view: (softened: Row, label: number) => Row) => Partial<Parts>): Mistakes {
  return Object.fromEntries(
    [5, 10, 20, 30, 50, 100, 1e3, 1e4, 1e9].flatMap((mask): [string, Partial<Parts>][] => [
      [
        `the target is masked by subtracting ${mask}, not ∞, which a confident logit can outweigh`,
        others((z, label) => logSoftmax(z.with(label, z[label] - mask))),
      ],
      [
        `the target is masked by a logit of −${mask}, not −∞, which lower logits can lie below`,
        others((z, label) => logSoftmax(z.with(label, -mask))),
      ],
    ]),
  )
}

function epsilonInLogarithms(): Mistakes {
  return Object.fromEntries(
    epsilons.flatMap((epsilon): [string, Partial<Parts>][] => [
      [
        `ε = ${epsilon} is added in both logarithms: Σ p ln((p + ε)/(q + ε))`,
        {
          compare: (logP, logQ) =>
            klOf(logP.map(Math.exp), withEpsilon(epsilon)(logP), withEpsilon(epsilon)(logQ)),
        },
      ],
      [
        `ε = ${epsilon} is added in the teacher’s logarithm: Σ p ln((p + ε)/q)`,
        { compare: (logP, logQ) => klOf(logP.map(Math.exp), withEpsilon(epsilon)(logP), logQ) },
      ],
    ]),
  )
}
