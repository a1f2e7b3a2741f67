import { beforeAll, describe, expect, it } from 'vitest'
import { InvalidInputError, openExecutor, tensor, useExecutor, zeros } from '../../../engine/index.ts'
import { distiller, distillerNames, singularVectors, standardised } from '../../../kd/index.ts'
import { labelled, read } from '../numbers.ts'
import { FixedNetwork } from './fixedNetwork.ts'

beforeAll(async () => useExecutor((await openExecutor('reference')).executor))

const lesson = { labels: labelled([0, 1, 2]), epoch: 1, indices: Int32Array.of(0, 1, 2) }

describe.each(distillerNames)('%s', (name) => {
  it('should work, or say why not, for a network that is the stem alone', async () => {
    const network = new FixedNetwork([[2, 4, 4]])
    const loss = async () => {
      const method = distiller(name)
        .build({
          student: network,
          teacher: network,
          image: [1, 4, 4],
          trainingLabels: Int32Array.of(0, 1, 2),
        })
        .to('float64')
      return method
        .forward({
          ...lesson,
          student: network.predict(3, 1),
          teacher: network.predict(3, 2),
        })
        .loss.item()
    }
    const outcome = await loss().catch((error: unknown) => error)
    expect(outcome instanceof InvalidInputError || Number.isFinite(outcome), String(outcome)).toBe(true)
  })
})

describe('crd', () => {
  it.each([-1, 3])('should refuse the index %i of three training images', (index) => {
    const network = new FixedNetwork([[2, 4, 4]])
    const method = distiller('crd').build({
      student: network,
      teacher: network,
      image: [1, 4, 4],
      trainingLabels: Int32Array.of(0, 1, 2),
    })
    expect(() =>
      method.to('float64').forward({
        ...lesson,
        student: network.predict(3, 1),
        teacher: network.predict(3, 2),
        indices: Int32Array.of(0, index, 1),
      }),
    ).toThrow(`crd: expected indices of the 3 training images, got ${index}`)
  })
})

describe('singularVectors', () => {
  it.each([
    [2, 0, 3],
    [2, 3, 0],
  ])('should refuse matrices [%i, %i, %i]', (...shape) =>
    expect(() => singularVectors(zeros(shape), 1)).toThrow(
      `singularVectors: expected matrices [B, M, D] with M, D ≥ 1, got [${shape.join(', ')}]`,
    ),
  )
})

describe('standardised', () => {
  it.each(['population', 'sample'] as const)(
    'should be zeros for a single class, by the deviation of the %s',
    async (deviation) => {
      const logits = tensor([[3], [-7]], { dtype: 'float64' })
      expect(await read(standardised(logits, deviation))).toEqual([0, 0])
    },
  )
})
