import type { LogitBatch } from './arbitraries.ts'
import { surveyOf, traits } from './traits.ts'

/** What the cases of a law were. */
export interface Statistics {
  /** The number of cases that were drawn. Those that shrinking made do not count. */
  readonly cases: number
  /** The number of those that have a batch of logits; a law of sharpness has rows alone. */
  readonly batches: number
  /** The numbers of samples, and of classes; `undefined` without batches. */
  readonly samples?: Extent | undefined
  readonly classes?: Extent | undefined
  /** The number of batches with each trait, by topic, such as `traits.classes['100']`. A trait that never occurred has 0. */
  readonly traits: Readonly<Record<string, Readonly<Record<string, number>>>>
}

export interface Extent {
  readonly least: number
  readonly most: number
}

/** What all cases were, and those of each law by its name. */
export interface CaseStatistics extends Statistics {
  readonly laws: Readonly<Record<string, Statistics>>
}

/** Counts the cases of each law. */
export class CaseCounter {
  readonly #all = new Counter()
  readonly #laws = new Map<string, Counter>()

  /** Counts a case of a law: a batch, or a record with one. */
  add(law: string, drawn: unknown): void {
    const batch = batchIn(drawn)
    this.#all.add(batch)
    const counter = this.#laws.get(law) ?? new Counter()
    this.#laws.set(law, counter)
    counter.add(batch)
  }

  statistics(): CaseStatistics {
    const laws = [...this.#laws].map(([name, counter]) => [name, counter.statistics()])
    return { ...this.#all.statistics(), laws: Object.fromEntries(laws) }
  }
}

class Counter {
  #cases = 0
  #batches = 0
  #samples: Extent | undefined
  #classes: Extent | undefined
  readonly #traits = Object.values(traits).map((topic) => Object.keys(topic).map(() => 0))

  add(batch: LogitBatch | undefined): void {
    this.#cases++
    if (batch === undefined) return
    this.#batches++
    this.#samples = including(this.#samples, batch.labels.length)
    this.#classes = including(this.#classes, batch.student[0].length)
    const survey = surveyOf(batch)
    for (const [t, topic] of Object.values(traits).entries()) {
      for (const [i, isTrue] of Object.values(topic).entries()) if (isTrue(survey)) this.#traits[t][i]++
    }
  }

  statistics(): Statistics {
    const named = Object.entries(traits).map(([topic, of], t) => [
      topic,
      Object.fromEntries(Object.keys(of).map((name, i) => [name, this.#traits[t][i]])),
    ])
    return {
      cases: this.#cases,
      batches: this.#batches,
      samples: this.#samples,
      classes: this.#classes,
      traits: Object.fromEntries(named),
    }
  }
}

function including(extent: Extent | undefined, count: number): Extent {
  return {
    least: Math.min(extent?.least ?? count, count),
    most: Math.max(extent?.most ?? count, count),
  }
}

/** Finds the batch of a case: the case itself, or a part of it. */
function batchIn(drawn: unknown): LogitBatch | undefined {
  if (isBatch(drawn)) return drawn
  return typeof drawn === 'object' && drawn !== null && !Array.isArray(drawn)
    ? Object.values(drawn)
        .map(batchIn)
        .find((found) => found !== undefined)
    : undefined
}

function isBatch(value: unknown): value is LogitBatch {
  return (
    typeof value === 'object' &&
    value !== null &&
    'student' in value &&
    'teacher' in value &&
    'labels' in value
  )
}
