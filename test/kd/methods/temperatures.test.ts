import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { grad, gradientCheck, type Tensor, tensor } from '../../../engine/index.ts'
import { distiller, kd, reverseGradient, standardised } from '../../../kd/index.ts'
import { divergence, expectClose, labelled, logits, matrix, read, softmax } from '../numbers.ts'
import { FixedNetwork, noise } from './fixedNetwork.ts'
import { mean, norm } from './plain.ts'

const labels = labelled([0, 3, 2])

describe('standardised logits', () => {
  it('should have mean 0 and deviation 1, whatever was added to or multiplied with them', () =>
    fc.assert(
      fc.asyncProperty(
        logits({ minClasses: 3 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: -9, max: 9 }),
        async (row, scale, shift) => {
          fc.pre(new Set(row).size > 1)
          const values = await read(standardised(matrix([row])))
          expect(mean(values)).toBeCloseTo(0, 9)
          expect(mean(values.map((value) => value ** 2))).toBeCloseTo(1, 9)
          const moved = row.map((value) => value * scale + shift)
          expectClose(await read(standardised(matrix([moved]))), values, 1e-8)
        },
      ),
    ))

  it("should have the sample's deviation as the authors' code does", async () => {
    const row = [3, -1, 0.5, 2]
    const centred = row.map((value) => value - mean(row))
    const deviation = norm(centred) / Math.sqrt(3)
    expectClose(
      await read(standardised(matrix([row]), 'sample')),
      centred.map((value) => value / (deviation + 1e-7)),
      1e-12,
    )
  })

  it('should be zeros for a constant row, with a finite gradient', async () => {
    const row = matrix([[2, 2, 2]])
    expect(await read(standardised(row))).toEqual([0, 0, 0])
    for (const value of await read(grad(standardised(row).square().sum(), [row])[0])) expect(value).toBe(0)
  })

  it('should be compared in place of raw ones, while cross entropy sees these', async () => {
    const [u, v] = [noise([3, 4], 1), noise([3, 4], 2)]
    const { terms } = kd(v, u, labels, { logits: 'standardised', referenceTemperature: 2 })
    const { terms: expected } = kd(standardised(v), standardised(u), labels, { referenceTemperature: 2 })
    expectClose(await read(terms.kd), await read(expected.kd))
    expectClose(await read(terms.crossEntropy), await read(kd(v, u, labels).terms.crossEntropy))
    const { loss } = kd(v.multiply(5).add(1), u, labels, {
      logits: 'standardised',
      referenceTemperature: 2,
      crossEntropyWeight: 0,
    })
    expectClose(
      await read(loss),
      (await read(terms.kd)).map((value) => 0.9 * value),
      1e-8,
    )
  })

  it('should have the gradients of their differences', async () => {
    for (const deviation of ['population', 'sample'] as const) {
      await expect(
        gradientCheck((x: Tensor) => standardised(x, deviation), [noise([2, 5], 3)]),
      ).resolves.toBeLessThan(1e-6)
    }
  })
})

describe('reverseGradient', () => {
  it('should keep the value and turn the gradient around', async () => {
    const x = tensor(3, { dtype: 'float64' })
    const y = reverseGradient(x, tensor(0.25, { dtype: 'float64' }))
    expect(await read(y)).toEqual([3])
    expect(await read(grad(y.square(), [x])[0])).toEqual([-1.5])
  })
})

describe('ctkd', () => {
  const network = new FixedNetwork([
    [2, 4, 4],
    [3, 2, 2],
  ])
  const [student, teacher] = [network.predict(3, 1), network.predict(3, 2)]
  const method = distiller('ctkd')
    .build({ student: network, teacher: network, image: [1, 4, 4] })
    .to('float64')
  const temperature = 1 + 20 / (1 + Math.exp(-1))
  const at = (epoch: number) => method.forward({ student, teacher, labels, epoch })

  it('should be KD at its temperature, which is the same for all samples', async () => {
    const result = at(3)
    const [u, v] = [teacher.logits, student.logits]
    const rows = async (x: Tensor) => {
      const values = await read(x)
      return [0, 4, 8].map((start) => softmax(values.slice(start, start + 4).map((z) => z / temperature)))
    }
    const [p, q] = [await rows(u), await rows(v)]
    expectClose(
      await read(result.terms.kd),
      [temperature ** 2 * mean(p.map((row, i) => divergence(row, q[i])))],
      1e-10,
    )
    if (!('temperatures' in result)) throw new Error('expected temperatures')
    expectClose(await read(result.temperatures.student), [temperature, temperature, temperature], 1e-14)
  })

  it('should raise the divergence, and ever more so until the curriculum is over', async () => {
    const reversed = async (epoch: number) => (await read(grad(at(epoch).loss, method.parameters())[0]))[0]
    const step = 1e-5
    const lossAt = async (theta: number) => {
      method.loadStateDict(new Map([['temperature', tensor(theta, { dtype: 'float64' })]]))
      return (await read(at(10).loss))[0]
    }
    const slope = ((await lossAt(1 + step)) - (await lossAt(1 - step))) / (2 * step)
    await lossAt(1)
    expectClose(
      [await reversed(10), await reversed(99), await reversed(5)],
      [-slope, -slope, -slope / 2],
      1e-6,
      1e-9,
    )
  })
})
