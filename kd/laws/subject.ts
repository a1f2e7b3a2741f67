import { argumentsOf, type LogitBatch } from './arbitraries.ts'
import { derivative, type Estimate } from './derivative.ts'
import { type JointDefinition, meanOf } from './formulas/definition.ts'
import { total } from './formulas/rows.ts'
import type { HostTemperatures, LossObject, Rows } from './loss.ts'
import { type Precision, unitRoundoff } from './precision.ts'
import type { Profile } from './profile.ts'

/** A loss under test and its profile. */
export class Subject {
  readonly loss: LossObject
  readonly profile: Profile
  /** The profile's formula for a whole batch. */
  readonly definition: JointDefinition
  readonly precision: Precision
  readonly roundoff: number
  /** Throws if a promise of the loss has not settled in time. */
  readonly demandAnswers: () => void

  constructor(loss: LossObject, profile: Profile, precision: Precision, demandAnswers = () => {}) {
    this.loss = loss
    this.profile = profile
    this.definition = profile.joint ?? meanOf(profile.definition)
    this.precision = precision
    this.roundoff = unitRoundoff[precision]
    this.demandAnswers = demandAnswers
  }

  async value(batch: LogitBatch): Promise<number> {
    return numberFrom('the loss', await this.loss.loss(...argumentsOf(batch)))
  }

  async gradient(batch: LogitBatch): Promise<Rows> {
    return rowsFrom('gradient', await this.loss.gradient!(...argumentsOf(batch)), batch)
  }

  async teacherGradient(batch: LogitBatch): Promise<Rows> {
    return rowsFrom('teacherGradient', await this.loss.teacherGradient!(...argumentsOf(batch)), batch)
  }

  async perSample(batch: LogitBatch): Promise<number[]> {
    return listFrom('perSample', await this.loss.perSample!(...argumentsOf(batch)), batch.labels.length)
  }

  async temperatures(batch: LogitBatch): Promise<HostTemperatures> {
    const [student, teacher] = argumentsOf(batch)
    const found = await this.loss.temperatures!(student, teacher)
    return {
      student: listFrom('temperatures.student', found?.student, batch.labels.length),
      teacher: listFrom('temperatures.teacher', found?.teacher, batch.labels.length),
    }
  }

  async sharpness(rows: readonly (readonly number[])[]): Promise<number[]> {
    return listFrom('sharpness', await this.loss.sharpness!(rows.map((row) => [...row])), rows.length)
  }

  /** Returns the value of the profile's formula. */
  wanted(batch: LogitBatch): number {
    return this.definition.value(samplesOf(batch))
  }

  /** Bounds the rounding error of a correct loss. */
  rounding(batch: LogitBatch): number {
    return this.definition.rounding(samplesOf(batch), this.roundoff)
  }

  /** Returns the formula's gradient for one sample, with a bound of the rounding error of a correct one. */
  wantedGradient(batch: LogitBatch, n: number): { gradient: number[]; rounding: number } {
    const samples = samplesOf(batch)
    return {
      gradient: this.definition.gradient(samples, n),
      rounding: this.definition.gradientRounding(samples, n, this.roundoff),
    }
  }

  /**
   * Returns the derivative with respect to the student's logits of sample n in a direction, from the loss's gradient
   * or, if it has none, numerically.
   */
  async slope(batch: LogitBatch, n: number, direction: readonly number[]): Promise<Estimate> {
    if (!this.loss.gradient) return this.numericSlope(batch, n, direction)
    const row = (await this.gradient(batch))[n]
    const size = total(direction.map(Math.abs))
    return {
      value: total(row.map((value, j) => value * direction[j])),
      error: this.wantedGradient(batch, n).rounding * size,
    }
  }

  /** Returns the same derivative, always numerically. */
  numericSlope(batch: LogitBatch, n: number, direction: readonly number[]): Promise<Estimate> {
    const moved = (by: number): LogitBatch => ({
      ...batch,
      student: batch.student.with(
        n,
        batch.student[n].map((value, j) => value + by * direction[j]),
      ),
    })
    const { attached } = this.profile
    const derivatives = (attached ? meanOf(attached) : this.definition).gradient(samplesOf(batch), n)
    const slope = total(derivatives.map((value, j) => value * direction[j]))
    return derivative({
      precision: this.precision,
      value: (by) => this.value(moved(by)),
      rounding: (by) => this.rounding(moved(by)),
      right: { value: (by) => this.wanted(moved(by)), slope },
    })
  }
}

/** Returns the samples of a batch, as definitions take them. */
export function samplesOf({ student, teacher, labels }: LogitBatch) {
  return labels.map((label, n) => ({ v: student[n], u: teacher[n], label }))
}

function numberFrom(name: string, value: unknown): number {
  if (typeof value === 'number') return value
  throw new TypeError(`expected ${name} to be a number, got ${describe(value)}`)
}

function listFrom(name: string, values: unknown, length: number): number[] {
  if (isList(values) && values.length === length && [...values].every((value) => typeof value === 'number'))
    return [...values]
  throw new TypeError(`expected ${name} to be ${length} numbers, got ${describe(values)}`)
}

function rowsFrom(name: string, rows: unknown, { student }: LogitBatch): Rows {
  if (Array.isArray(rows) && rows.length === student.length)
    return rows.map((row, n) => listFrom(`${name}, row ${n},`, row, student[n].length))
  throw new TypeError(`expected ${name} to be ${student.length} rows, got ${describe(rows)}`)
}

function isList(values: unknown): values is ArrayLike<number> & Iterable<number> {
  return Array.isArray(values) || ArrayBuffer.isView(values)
}

function describe(value: unknown): string {
  if (isList(value)) return `${value.length} of ${typeof value[0]}`
  return typeof value === 'object' ? 'an object' : String(value)
}
