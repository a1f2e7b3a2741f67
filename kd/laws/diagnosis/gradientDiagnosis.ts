import { divergence, tempered } from '../formulas/definition.ts'
import { magnitude, type Row, scaled, softmax } from '../formulas/rows.ts'
import { detached, type TemperatureRule } from '../formulas/temperatureRules.ts'
import { genericBatches } from '../precision.ts'
import { type Subject, samplesOf } from '../subject.ts'
import { scales } from './scales.ts'

type Gradient = (v: Row, u: Row, label: number) => Row

/** Guesses the mistake in the gradient of a correct loss, in the same way as for values. */
export async function guessGradient(subject: Subject): Promise<string | undefined> {
  const { profile } = subject
  if (profile.joint) return undefined
  const found = await Promise.all(genericBatches.map((batch) => subject.gradient(batch)))
  const candidates = Object.entries(mistakes(subject)).map(([mistake, gradient]) => ({
    mistake,
    rows: genericBatches.map((batch) =>
      samplesOf(batch).map(({ v, u, label }) => scaled(gradient(v, u, label), 1 / batch.labels.length)),
    ),
  }))
  for (const scale of scales) {
    for (const { mistake, rows } of candidates) {
      const matches = genericBatches.every((batch, b) => {
        const factor = scale.factor(batch, profile.temperature)
        return rows[b].every((row, n) => close(scaled(row, factor), found[b][n], subject))
      })
      if (matches) return [mistake, scale.mistake].filter((text) => text !== '').join('; and ') || undefined
    }
  }
  return undefined
}

function close(wanted: Row, found: Row, { precision }: Subject): boolean {
  const tolerance = precision === 'float64' ? 1e-7 : 1e-3
  const difference = magnitude(wanted.map((value, j) => value - found[j]))
  return difference <= tolerance * Math.max(magnitude(found), 1e-3)
}

function mistakes(subject: Subject): Record<string, Gradient> {
  const { profile } = subject
  const right: Gradient = (v, u, label) => profile.definition.gradient({ v, u, label })
  const simple: Record<string, Gradient> = { '': right, 'the gradient is zero': (v) => v.map(() => 0) }
  if (!profile.rule || profile.terms.length > 1) return simple
  const { rule } = profile
  const at = (v: Row, u: Row) => {
    const { student, teacher } = rule.temperatures(v, u)
    const [p, q] = [softmax(scaled(u, 1 / teacher)), softmax(scaled(v, 1 / student))]
    return { student, teacher, p, q }
  }
  return {
    ...simple,
    ...(profile.name.startsWith('dtkd') ? ofTemperatures(subject) : {}),
    'the gradient is that of KL': (v, u, label) => tempered(rule).gradient({ v, u, label }),
    'the gradient is that of the reverse KL': (v, u) => {
      const { teacher, p, q } = at(v, u)
      const surprise = q.map((value, j) => Math.log(value) - Math.log(p[j]))
      const mean = q.reduce((sum, value, j) => sum + value * surprise[j], 0)
      return q.map((value, j) => teacher * value * (surprise[j] - mean))
    },
    'the gradient is that of cross entropy with the label': (v, _, label) =>
      softmax(v).map((value, j) => value - (j === label ? 1 : 0)),
    'the gradient is with respect to the teacher’s logits': (v, u) => {
      const { student, p, q } = at(v, u)
      const surprise = p.map((value, j) => Math.log(value) - Math.log(q[j]))
      const mean = p.reduce((sum, value, j) => sum + value * surprise[j], 0)
      return p.map((value, j) => student * value * (surprise[j] - mean))
    },
  }
}

function ofTemperatures({ profile }: Subject): Record<string, Gradient> {
  const { rule, definition, attached = definition } = profile
  const direct: Gradient = (v, u, label) => tempered(detached(rule!)).gradient({ v, u, label })
  return {
    'the gradient is detached, but the profile says attached: none flows through the temperatures': direct,
    'the gradient is attached, but the profile says detached: some flows through the temperatures': (
      v,
      u,
      label,
    ) => attached.gradient({ v, u, label }),
    'the gradient flows only through the student’s temperature': partlyAttached(rule!, 'student'),
    'the gradient flows only through the teacher’s temperature': partlyAttached(rule!, 'teacher'),
    'the factor of q − p is T_student instead of T_teacher': (v, u, label) => {
      const { student, teacher } = rule!.temperatures(v, u)
      const less = scaled(direct(v, u, label), 1 - student / teacher)
      return definition.gradient({ v, u, label }).map((value, j) => value - less[j])
    },
  }
}

/** Computes numerically the gradient through one temperature, without the detached gradient. */
function partlyAttached(rule: TemperatureRule, side: 'student' | 'teacher'): Gradient {
  return (v, u, label) => {
    const found = rule.temperatures(v, u)
    const step = 1e-5
    const value = (by: number) => {
      const temperatures = { ...found, [side]: found[side] + by }
      const { student, teacher } = temperatures
      return student * teacher * divergence.value(scaled(u, 1 / teacher), scaled(v, 1 / student), label)
    }
    const through = (value(step) - value(-step)) / (2 * step)
    const slope = scaled(rule.slope(v, u), side === 'teacher' ? 1 : -1)
    const direct = tempered(detached(rule)).gradient({ v, u, label })
    return direct.map((entry, j) => entry + slope[j] * through)
  }
}
