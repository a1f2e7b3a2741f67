import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { anObject } from '../../base/arguments.ts'
import { nearestFirst } from '../../base/suggestions.ts'
import { InvalidInputError } from '../../engine/index.ts'
import { alone, distiller, distillerNames, dkd, dtkd, kd } from '../../kd/index.ts'
import { builtInMethods } from '../../kd/methods/index.ts'
import { FixedNetwork } from './methods/fixedNetwork.ts'
import { labelled, matrix, read } from './numbers.ts'

const studentLogits = matrix([
  [1, 0.2, -0.5],
  [0.1, 2, 0.3],
])
const teacherLogits = matrix([
  [0.5, 0.4, -1],
  [3, 1, 0],
])
const labels = labelled([2, 0])
const epoch = 7

const network = new FixedNetwork([[2, 4, 4]])
const pair = { student: network, teacher: network, image: [1, 4, 4] }
const predictions = network.predict(2, 1)
const lesson = {
  student: { ...predictions, logits: studentLogits },
  teacher: { ...predictions, logits: teacherLogits },
  labels,
  epoch,
}

describe('distiller', () => {
  it('should know every definition in the folder of methods', async () => {
    const folder = join(import.meta.dirname, '../../kd/methods')
    const known: readonly unknown[] = builtInMethods
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.ts') && name !== 'index.ts')) {
      const exported: Record<string, unknown> = await import(/* @vite-ignore */ join(folder, file))
      for (const [name, value] of Object.entries(exported))
        if (anObject.allows(value) && 'build' in (value as object))
          expect(known.includes(value), `${name} of ${file}`).toBe(true)
    }
  })

  it.each(distillerNames)('should cite the paper of %s, which has a teacher unless it cites none', (name) => {
    const { paper, description, needsTeacher } = distiller(name)
    expect(description).not.toBe('')
    if (needsTeacher) expect(paper).toMatch(/arXiv \d{4}\.\d{4,5}/)
    else expect(paper).toBe('')
  })

  it('should have the defaults of the papers', () => {
    expect(distiller('alone').options).toEqual({})
    const temperatures = {
      referenceTemperature: 4,
      guard: 'fallback',
      gradients: 'attached',
      logits: 'raw',
    }
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
    const weights = Object.fromEntries(
      distillerNames.flatMap((name) => {
        const { weight, crossEntropyWeight } = distiller(name).options
        return weight === undefined ? [] : [[name, [weight, crossEntropyWeight]]]
      }),
    )
    expect(weights).toMatchObject({
      kd: [0.9, 0.1],
      ctkd: [0.9, 0.1],
      lskd: [9, 0.1],
      fitnet: [100, 1],
      at: [1000, 1],
      sp: [3000, 1],
      pkt: [30000, 1],
      rkd: [1, 1],
      nst: [50, 1],
      vid: [1, 1],
      crd: [0.8, 1],
      reviewkd: [1, 1],
      ofd: [0.001, 1],
      kdsvd: [1, 1],
    })
    expect(distiller('crd').options).toMatchObject({ negatives: 16384, temperature: 0.07, momentum: 0.5 })
    expect(distiller('reviewkd').options.warmUp).toBe(20)
    expect(distiller('dkd-lskd').options).toMatchObject({ alpha: 9, beta: 72, referenceTemperature: 2 })
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
    for (const [method, { loss }] of Object.entries(expected)) {
      const [given] = await read(distiller(method).build(pair).forward(lesson).loss)
      expect([given]).toEqual(await read(loss))
      losses.add(given)
    }
    expect(losses.size).toBe(7)
  })

  it('should take options over the defaults, undefined being no option', async () => {
    const { options, build } = distiller('dtkd', { alpha: 1, beta: 0.5, guard: 'none', warmUp: undefined })
    expect(options).toMatchObject({ alpha: 1, beta: 0.5, guard: 'none', warmUp: 20 })
    const direct = dtkd(studentLogits, teacherLogits, labels, { alpha: 1, beta: 0.5, guard: 'none', epoch })
    expect(await read(build(pair).forward(lesson).loss)).toEqual(await read(direct.loss))
  })

  const refusals: [string, () => unknown, string][] = [
    [
      'an unknown method',
      () => distiller('hint'),
      `method: expected one of ${nearestFirst('hint', distillerNames).join(', ')}, got 'hint'`,
    ],
    [
      'an option of another method',
      () => distiller('kd', { alpha: 1 } as object),
      "kd: unknown option 'alpha'; expected one of weight, crossEntropyWeight, warmUp, temperatures, " +
        'referenceTemperature, guard, gradients, logits',
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
      () => distiller('dtkd-exact', { guard: 'hope' } as object),
      "dtkd-exact: expected option guard to be one of fallback, clamp, absolute, centre, none, got 'hope'",
    ],
    [
      'a missing teacher',
      () => distiller('dkd-dtkd').build({ student: pair.student, image: pair.image }),
      'method: dkd-dtkd: expected a teacher, got none',
    ],
    [
      'a share of 1',
      () => distiller('crd', { momentum: 1 }),
      'crd: expected option momentum to be a number in [0, 1), got 1',
    ],
    [
      'half a negative',
      () => distiller('crd', { negatives: 0.5 }),
      'crd: expected option negatives to be an integer ≥ 1, got 0.5',
    ],
    [
      'a power that has no gradient at 0',
      () => distiller('at', { power: 0.5 }),
      'at: expected option power to be a finite number ≥ 1, got 0.5',
    ],
    [
      'a variance below the least',
      () => distiller('vid', { initialVariance: 1e-5 }),
      'vid: expected option initialVariance to be a finite number > 0.00001, got 0.00001',
    ],
  ]
  for (const [name, attempt, message] of refusals) {
    it(`should refuse ${name}`, () => {
      expect(attempt).toThrow(new InvalidInputError(message))
    })
  }
})
