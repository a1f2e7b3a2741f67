import { describe, expect, it } from 'vitest'
import { InvalidInputError } from '../../engine/index.ts'
import { alone, distiller, distillerNames, dkd, dtkd, kd } from '../../kd/index.ts'
import { labelled, matrix, read } from './numbers.ts'

const batch = {
  studentLogits: matrix([
    [1, 0.2, -0.5],
    [0.1, 2, 0.3],
  ]),
  teacherLogits: matrix([
    [0.5, 0.4, -1],
    [3, 1, 0],
  ]),
  labels: labelled([2, 0]),
  epoch: 7,
}
const { studentLogits, teacherLogits, labels, epoch } = batch

describe('distiller', () => {
  it('should know every method', () => {
    expect(distillerNames).toEqual(['alone', 'kd', 'dkd', 'dtkd', 'dtkd-exact', 'dkd-dtkd', 'dkd-dtkd-exact'])
    expect(distillerNames.filter((method) => !distiller(method).needsTeacher)).toEqual(['alone'])
  })

  it('should have the defaults of the papers', () => {
    expect(distiller('alone').options).toEqual({})
    const temperatures = { referenceTemperature: 4, guard: 'fallback', gradients: 'attached' }
    expect(distiller('kd').options).toEqual({
      ...temperatures,
      weight: 0.9,
      crossEntropyWeight: 0.1,
      warmUp: 0,
      temperatures: 'shared',
    })
    const warmedUp = { ...temperatures, crossEntropyWeight: 1, warmUp: 20 }
    expect(distiller('dkd').options).toEqual({ ...warmedUp, alpha: 1, beta: 8, temperatures: 'shared' })
    expect(distiller('dtkd').options).toEqual({ ...warmedUp, alpha: 3, beta: 1, temperatures: 'published' })
  })

  it('should give the losses of the same name', async () => {
    const expected = {
      alone: alone(studentLogits, labels),
      kd: kd(studentLogits, teacherLogits, labels),
      dkd: dkd(studentLogits, teacherLogits, labels, { epoch }),
      dtkd: dtkd(studentLogits, teacherLogits, labels, { epoch }),
      'dtkd-exact': dtkd(studentLogits, teacherLogits, labels, { epoch, temperatures: 'exact' }),
      'dkd-dtkd': dkd(studentLogits, teacherLogits, labels, { epoch, temperatures: 'published' }),
      'dkd-dtkd-exact': dkd(studentLogits, teacherLogits, labels, { epoch, temperatures: 'exact' }),
    }
    const losses = new Set<number>()
    for (const method of distillerNames) {
      const [loss] = await read(distiller(method).loss(batch).loss)
      expect([loss]).toEqual(await read(expected[method].loss))
      losses.add(loss)
    }
    expect(losses.size).toBe(distillerNames.length)
  })

  it('should take options over the defaults, undefined being no option', async () => {
    const { options, loss } = distiller('dtkd', { alpha: 1, beta: 0.5, guard: 'none', warmUp: undefined })
    expect(options).toMatchObject({ alpha: 1, beta: 0.5, guard: 'none', warmUp: 20 })
    const direct = dtkd(studentLogits, teacherLogits, labels, { alpha: 1, beta: 0.5, guard: 'none', epoch })
    expect(await read(loss(batch).loss)).toEqual(await read(direct.loss))
  })

  const refusals: [string, () => unknown, string][] = [
    [
      'an unknown method',
      () => distiller('fitnet'),
      "expected a method out of alone, kd, dkd, dtkd, dtkd-exact, dkd-dtkd, dkd-dtkd-exact, got 'fitnet'",
    ],
    [
      'an option of another method',
      () => distiller('kd', { alpha: 1 }),
      "kd: unknown option 'alpha'; expected one of weight, crossEntropyWeight, warmUp, temperatures, " +
        'referenceTemperature, guard, gradients',
    ],
    [
      'any option where there is none',
      () => distiller('alone', { alpha: 1 }),
      "alone: unknown option 'alpha'; expected one of (none)",
    ],
    [
      'a negative weight',
      () => distiller('dtkd', { beta: -1 }),
      'dtkd: expected option beta to be a finite number ≥ 0, got -1',
    ],
    [
      'a weight that is no number',
      () => distiller('dkd', { beta: Number.NaN }),
      'dkd: expected option beta to be a finite number ≥ 0, got NaN',
    ],
    [
      'a temperature of 0',
      () => kd(studentLogits, teacherLogits, labels, { referenceTemperature: 0 }),
      'kd: expected option referenceTemperature to be a finite number > 0, got 0',
    ],
    [
      'an unknown guard',
      () => distiller('dtkd-exact', { guard: 'hope' }),
      "dtkd-exact: expected option guard to be one of fallback, clamp, absolute, centre, none, got 'hope'",
    ],
    [
      'a missing teacher',
      () => distiller('dkd-dtkd').loss({ studentLogits, labels }),
      "dkd-dtkd: expected the teacher's logits, got none",
    ],
  ]
  for (const [name, attempt, message] of refusals) {
    it(`should refuse ${name}`, () => {
      expect(attempt).toThrow(new InvalidInputError(message))
    })
  }
})
