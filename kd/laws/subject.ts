import { argumentsOf, type LogitBatch } from './arbitraries.ts'
import { derivative, type Estimate } from './derivative.ts'
import { type JointDefinition, meanOf } from './formulas/definition.ts'
import { shifted, total } from './formulas/rows.ts'
import type { HostTemperatures, LossObject, Rows } from './loss.ts'
import { type Precision, smallest, unitRoundoff } from './precision.ts'
import type { Profile } from './profile.ts'
import { CaseCounter } from './statistics.ts'

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
  /** Counts the cases of the laws that are checked. */
  readonly cases = new CaseCounter()

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

  /** Returns the formula's gradient [N, K]. */
  wantedGradient(batch: LogitBatch): Rows {
    return gradientOf(this.definition, batch)
  }

  /** Bounds the rounding error of each entry of a correct gradient [N, K]. */
  gradientRounding(batch: LogitBatch): Rows {
    const samples = samplesOf(batch)
    const underflow = 64 * smallest[this.precision]
    return samples.map((_, n) =>
      shifted(this.definition.gradientRounding(samples, n, this.roundoff), underflow),
    )
  }

  /** Returns the derivative in a direction [N, K] of the student's logits, from the loss's gradient. */
  async slope(batch: LogitBatch, direction: Rows): Promise<Estimate> {
    return {
      value: along(await this.gradient(batch), direction),
      error: along(
        this.gradientRounding(batch),
        direction.map((row) => row.map(Math.abs)),
      ),
    }
  }

  /** Returns the same derivative, computed numerically from values. */
  numericSlope(batch: LogitBatch, direction: Rows): Promise<Estimate> {
    const moved = (by: number): LogitBatch => ({
      ...batch,
      // A row that stays keeps its identity, by which solvers remember it.
      student: batch.student.map((row, n) =>
        direction[n].some((each) => each !== 0) ? row.map((value, j) => value + by * direction[n][j]) : row,
      ),
    })
    const { attached } = this.profile
    const slope = along(gradientOf(attached ? meanOf(attached) : this.definition, batch), direction)
    return derivative({
      precision: this.precision,
      at: moved,
      value: (point) => this.value(point),
      rounding: (point) => this.rounding(point),
      right: { value: (point) => this.wanted(point), slope },
    })
  }
}

/** Returns the samples of a batch, as definitions take them. */
export function samplesOf({ student, teacher, labels }: LogitBatch) {
  return labels.map((label, n) => ({ v: student[n], u: teacher[n], label }))
}

function gradientOf(definition: JointDefinition, batch: LogitBatch): Rows {
  const samples = samplesOf(batch)
  return samples.map((_, n) => definition.gradient(samples, n))
}

/** ⟨rows, direction⟩; entries that are not moved do not count, even if they are not finite. */
function along(rows: Rows, direction: Rows): number {
  return total(direction.flatMap((row, n) => row.flatMap((by, j) => (by === 0 ? [] : [by * rows[n][j]]))))
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
