import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { type Executor, grad, realizeOn, type Tensor, tensor } from '../../engine/index.ts'
import { dkd, dtkd, kd, type Loss, nckd, sharedTemperatures, tckd } from '../../kd/index.ts'
import { expectClose } from './numbers.ts'

interface LogitCase {
  student: number[][]
  teacher: number[][]
  labels: number[]
}

interface Expected {
  loss: number
  grad: number[][]
}

interface DtkdCase extends LogitCase, Expected {
  tag: string
  alpha: number
  beta: number
  ceWeight: number
  referenceTemperature: number
  warmup: number
  epoch: number
  teacherTemperature: number[]
  studentTemperature: number[]
  sharpnessStudent: number[]
  sharpnessTeacher: number[]
}

interface KdCase extends LogitCase {
  temperature: number
  kd: Expected
  tckd: Expected & { alpha: number; beta: number }
  nckd: Expected & { alpha: number; beta: number }
  dkd: Expected & { alpha: number; beta: number }
}

/** On what to run the cases, and how close to come. */
export interface Standard {
  executor: Executor
  dtype: 'float32' | 'float64'
  /** Relative to the largest number of each kind in a case. */
  tolerance: number
}

/** Tests of every case of `dtkd.json`, `dtkd_nonpositive.json` and `kd_dkd.json` in a folder. */
export function describeDistillationCases(folder: string, { executor, dtype, tolerance }: Standard): void {
  const inputsOf = ({ student, teacher, labels }: LogitCase): [Tensor, Tensor, Tensor] => [
    tensor(student, { dtype }),
    tensor(teacher, { dtype }),
    tensor(labels, { dtype: 'int32' }),
  ]

  const compare = async (...pairs: [Tensor, readonly number[]][]) => {
    await realizeOn(executor, ...pairs.map(([actual]) => actual))
    for (const [actual, expected] of pairs) {
      expectClose(Array.from(await actual.data({ executor })), expected, tolerance, tolerance)
    }
  }

  for (const file of ['dtkd.json', 'dtkd_nonpositive.json']) {
    describe(`${file} on ${executor.name}`, () => {
      casesOf<DtkdCase>(folder, file).forEach((each, i) => {
        it(`should agree in case ${i} (${each.tag})`, async () => {
          const [student, teacher, labels] = inputsOf(each)
          const { loss, temperatures, sharpness } = dtkd(student, teacher, labels, {
            alpha: each.alpha,
            beta: each.beta,
            crossEntropyWeight: each.ceWeight,
            referenceTemperature: each.referenceTemperature,
            warmUp: each.warmup,
            epoch: each.epoch,
            guard: 'none',
          })
          await compare(
            [loss, [each.loss]],
            [grad(loss, [student])[0], each.grad.flat()],
            [temperatures.teacher, each.teacherTemperature],
            [temperatures.student, each.studentTemperature],
            [sharpness.student, each.sharpnessStudent],
            [sharpness.teacher, each.sharpnessTeacher],
          )
        })
      })
    })
  }

  describe(`kd_dkd.json on ${executor.name}`, () => {
    casesOf<KdCase>(folder, 'kd_dkd.json').forEach((each, i) => {
      it(`should agree in case ${i} (K = ${each.student[0].length}, T = ${each.temperature})`, async () => {
        const [student, teacher, labels] = inputsOf(each)
        const temperatures = sharedTemperatures(student, each.temperature)
        const settings = { referenceTemperature: each.temperature, crossEntropyWeight: 0 }
        const decoupled = ({ alpha, beta }: { alpha: number; beta: number }): Loss =>
          dkd(student, teacher, labels, { ...settings, alpha, beta })
        const pairs: [Tensor, Expected][] = [
          [kd(student, teacher, labels, { ...settings, weight: 1 }).loss, each.kd],
          [decoupled(each.tckd).loss, each.tckd],
          [decoupled(each.nckd).loss, each.nckd],
          [decoupled(each.dkd).loss, each.dkd],
          [tckd(student, teacher, labels, temperatures), each.tckd],
          [nckd(student, teacher, labels, temperatures), each.nckd],
        ]
        await compare(
          ...pairs.flatMap(([loss, expected]): [Tensor, readonly number[]][] => [
            [loss, [expected.loss]],
            [grad(loss, [student])[0], expected.grad.flat()],
          ]),
        )
      })
    })
  })
}

/** The cases of a file; a folder may lack it, and then says so as a skipped test. */
function casesOf<Case>(folder: string, file: string): Case[] {
  const path = join(folder, file)
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')).cases
  it.skip(`${file} is not in ${folder}`, () => {})
  return []
}
