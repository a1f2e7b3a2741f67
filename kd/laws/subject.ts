import { argumentsOf, type LogitBatch } from './arbitraries.ts'
import { derivative, type Estimate } from './derivative.ts'
import { largestFinite, type Precision, smallest, unitRoundoff } from './floats.ts'
import { type JointDefinition, meanOf } from './formulas/definition.ts'
import { shifted, total } from './formulas/rows.ts'
import type { Arguments, DecoupledTerms, HostTemperatures, LossObject, Rows } from './loss.ts'
import { returned } from './lossFailure.ts'
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
  /** Counts the cases of the laws that are checked. */
  readonly cases = new CaseCounter()

  constructor(loss: LossObject, profile: Profile, precision: Precision) {
    this.loss = loss
    this.profile = profile
    this.definition = profile.joint ?? meanOf(profile.definition)
    this.precision = precision
    this.roundoff = unitRoundoff[precision]
  }

  value(batch: LogitBatch): Promise<number> {
    return this.valueFor(argumentsOf(batch))
  }

  /** Returns the value for arguments that the loss may overwrite. */
  async valueFor(given: Arguments): Promise<number> {
    return numberFrom('loss', await this.loss.loss(...given), given)
  }

  /** Returns the value in an epoch of the warm-up. */
  async valueAt(epoch: number, batch: LogitBatch): Promise<number> {
    const given = argumentsOf(batch)
    return numberFrom('atEpoch', await this.loss.atEpoch!(epoch, ...given), [epoch, ...given])
  }

  /** Returns the value at another reference temperature. */
  async valueAtTemperature(temperature: number, batch: LogitBatch): Promise<number> {
    const given = argumentsOf(batch)
    const value = await this.loss.atTemperature!(temperature, ...given)
    return numberFrom('atTemperature', value, [temperature, ...given])
  }

  async gradient(batch: LogitBatch): Promise<Rows> {
    const given = argumentsOf(batch)
    return rowsFrom('gradient', await this.loss.gradient!(...given), given)
  }

  async teacherGradient(batch: LogitBatch): Promise<Rows> {
    const given = argumentsOf(batch)
    return rowsFrom('teacherGradient', await this.loss.teacherGradient!(...given), given)
  }

  async perSample(batch: LogitBatch): Promise<number[]> {
    const given = argumentsOf(batch)
    return listFrom('perSample', await this.loss.perSample!(...given), batch.labels.length, given)
  }

  async terms(batch: LogitBatch): Promise<DecoupledTerms> {
    const given = argumentsOf(batch)
    const found: unknown = await this.loss.terms!(...given)
    if (isRecord(found) && typeof found['tckd'] === 'number' && typeof found['nckd'] === 'number')
      return { tckd: found['tckd'], nckd: found['nckd'] }
    throw returned('terms', found, 'an object with the numbers tckd and nckd', given)
  }

  async temperatures(batch: LogitBatch): Promise<HostTemperatures> {
    const [student, teacher] = argumentsOf(batch)
    const found: unknown = await this.loss.temperatures!(student, teacher)
    const count = batch.labels.length
    if (isRecord(found) && isNumbers(found['student'], count) && isNumbers(found['teacher'], count))
      return { student: [...found['student']], teacher: [...found['teacher']] }
    const expected = `an object with student and teacher, ${numbersOf(count)} each`
    throw returned('temperatures', found, expected, [student, teacher])
  }

  async sharpness(rows: readonly (readonly number[])[]): Promise<number[]> {
    const given = rows.map((row) => [...row])
    return listFrom('sharpness', await this.loss.sharpness!(given), rows.length, [given])
  }

  /** Returns the value of the profile's formula. */
  wanted(batch: LogitBatch): number {
    return this.definition.value(samplesOf(batch))
  }

  /**
   * Whether rounding may exceed the difference between two formulas, as in half precision: what breaks a law by design may
   * then not be seen, and no mistake be told from another.
   */
  get isCoarse(): boolean {
    return this.roundoff > 2 ** -12
  }

  /** Whether the sum over the batch, which a mean divides, is a finite number of the precision. */
  isInReach(batch: LogitBatch): boolean {
    return 4 * batch.labels.length * Math.abs(this.wanted(batch)) <= largestFinite[this.precision]
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

function numberFrom(part: string, value: unknown, given: readonly unknown[]): number {
  if (typeof value === 'number') return value
  throw returned(part, value, 'a number', given)
}

function listFrom(part: string, values: unknown, length: number, given: readonly unknown[]): number[] {
  if (isNumbers(values, length)) return [...values]
  throw returned(part, values, numbersOf(length), given)
}

function rowsFrom(part: string, rows: unknown, given: Arguments): Rows {
  const [student] = given
  const isComplete =
    Array.isArray(rows) &&
    rows.length === student.length &&
    student.every((row, n) => isNumbers(rows[n], row.length))
  if (isComplete) return rows.map((row) => [...row])
  throw returned(
    part,
    rows,
    `rows like the student’s: ${student.length} × ${student[0].length} numbers`,
    given,
  )
}

function isNumbers(values: unknown, length: number): values is ArrayLike<number> & Iterable<number> {
  return isList(values) && values.length === length && [...values].every((value) => typeof value === 'number')
}

function isList(values: unknown): values is ArrayLike<unknown> & Iterable<unknown> {
  return Array.isArray(values) || (ArrayBuffer.isView(values) && 'length' in values)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

const numbersOf = (count: number) => (count === 1 ? 'a list of 1 number' : `a list of ${count} numbers`)
