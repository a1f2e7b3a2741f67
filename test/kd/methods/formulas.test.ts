import { describe, expect, it } from 'vitest'
import { gradientCheck, type Tensor, tensor, zeros } from '../../../engine/index.ts'
import {
  attentionLoss,
  contextLoss,
  contrastLoss,
  discrepancyLoss,
  marginOf,
  neighbourhoodLoss,
  relationLosses,
  responseLoss,
  similarityLoss,
} from '../../../kd/index.ts'
import { BatchNorm2d } from '../../../nn/index.ts'
import { expectClose, read } from '../numbers.ts'
import { noise } from './fixedNetwork.ts'
import { averaged, dot, mean, minus, nested, norm, range, sum, unit } from './plain.ts'

type Maps = number[][][][]

const student = noise([4, 3, 4, 4], 1)
const teacher = noise([4, 5, 2, 2], 2)
const sameSize = noise([4, 3, 4, 4], 3)
const vectors = [noise([5, 3], 4), noise([5, 6], 5)] as const

/** Every loss, what it should be by its formula in plain numbers, and where to differentiate it. */
const losses: Record<
  string,
  { loss: (...inputs: Tensor[]) => Tensor; at: readonly Tensor[]; plain: () => Promise<number> }
> = {
  'attention, squared': {
    loss: (s) => attentionLoss(s, teacher, { power: 2, distance: 'squared' }),
    at: [student],
    plain: () => attention(2, (differences) => mean(differences.flatMap((row) => row.map((d) => d * d)))),
  },
  'attention, of the third power': {
    loss: (s) => attentionLoss(s, teacher, { power: 3, distance: 'squared' }),
    at: [student],
    plain: () => attention(3, (differences) => mean(differences.flatMap((row) => row.map((d) => d * d)))),
  },
  'attention, norm': {
    loss: (s) => attentionLoss(s, teacher, { power: 2, distance: 'norm' }),
    at: [student],
    plain: () => attention(2, (differences) => mean(differences.map(norm))),
  },
  similarity: {
    loss: (s) => similarityLoss(s, teacher),
    at: [student],
    plain: async () => {
      const similarities = async (x: Tensor) => {
        const rows = (await nested<Maps>(x)).map((image) => image.flat(2))
        return rows.map((a) => unit(rows.map((b) => dot(a, b))))
      }
      const [s, t] = [await similarities(student), await similarities(teacher)]
      return sum(s.flatMap((row, i) => minus(row, t[i]).map((d) => d * d))) / 16
    },
  },
  'neighbourhood, self included': {
    loss: (s) => neighbourhoodLoss(s, vectors[1], 'included'),
    at: [vectors[0]],
    plain: () => neighbourhood(() => true),
  },
  'neighbourhood, self excluded': {
    loss: (s) => neighbourhoodLoss(s, vectors[1], 'excluded'),
    at: [vectors[0]],
    plain: () => neighbourhood((i, j) => i !== j),
  },
  'relation of distances': {
    loss: (s) => relationLosses(s, vectors[1]).distance,
    at: [vectors[0]],
    plain: async () => {
      const distances = async (x: Tensor) => {
        const rows = await nested<number[][]>(x)
        const all = rows.flatMap((a) => rows.map((b) => norm(minus(a, b))))
        const average = mean(all.filter((d) => d > 0))
        return all.map((d) => d / average)
      }
      return mean(minus(await distances(vectors[0]), await distances(vectors[1])).map(huber))
    },
  },
  'relation of angles': {
    loss: (s) => relationLosses(s, vectors[1]).angle,
    at: [vectors[0]],
    plain: async () => {
      const cosines = async (x: Tensor) => {
        const rows = await nested<number[][]>(x)
        return rows.flatMap((a) =>
          rows.flatMap((b) =>
            rows.map((c) => (a === b || a === c ? 0 : dot(unit(minus(b, a)), unit(minus(c, a))))),
          ),
        )
      }
      return mean(minus(await cosines(vectors[0]), await cosines(vectors[1])).map(huber))
    },
  },
  discrepancy: {
    loss: (s) => discrepancyLoss(s, teacher),
    at: [student],
    plain: async () => {
      const s = (await nested<Maps>(student)).map((image) =>
        image.map((map) => unit(averaged(map, 2).flat())),
      )
      const t = (await nested<Maps>(teacher)).map((image) => image.map((map) => unit(map.flat())))
      const kernel = (a: number[][], b: number[][]) => mean(a.flatMap((x) => b.map((y) => dot(x, y) ** 2)))
      return mean(s.map((own, n) => kernel(t[n], t[n]) + kernel(own, own) - 2 * kernel(t[n], own)))
    },
  },
  'context at 4, 2 and 1 pixels': {
    loss: (s) => contextLoss(s, sameSize),
    at: [student],
    plain: async () => {
      const [s, t] = [await nested<Maps>(student), await nested<Maps>(sameSize)]
      const at = (size: number) =>
        mean(
          s.flatMap((image, n) =>
            image.flatMap((map, c) =>
              minus(averaged(map, size).flat(), averaged(t[n][c], size).flat()).map((d) => d * d),
            ),
          ),
        )
      return (at(4) + at(2) / 2 + at(1) / 4) / 1.75
    },
  },
  'response beyond the margin': {
    loss: (s) => responseLoss(s, sameSize, tensor([-0.5, -0.1, -1], { dtype: 'float64' })),
    at: [student],
    plain: async () => {
      const margins = [-0.5, -0.1, -1]
      const [s, t] = [await nested<Maps>(student), await nested<Maps>(sameSize)]
      const apart = (own: number, other: number, margin: number) => {
        if (other > 0) return (own - other) ** 2
        if (other <= margin) return own > margin ? (own - margin) ** 2 : 0
        return own > other ? (own - other) ** 2 : 0
      }
      return mean(
        s.map((image, n) =>
          sum(
            image.flatMap((map, c) => map.flat().map((own, i) => apart(own, t[n][c].flat()[i], margins[c]))),
          ),
        ),
      )
    },
  },
  'contrast with noise': {
    loss: (scores) => contrastLoss(scores, 50, tensor(80, { dtype: 'float64' })).loss,
    at: [noise([3, 6], 6)],
    plain: async () => {
      const scores = await nested<number[][]>(noise([3, 6], 6))
      const [c, epsilon] = [5 / 50, 1e-7]
      return -mean(
        scores.map((row) => {
          const [right, ...wrong] = row.map((score) => Math.exp(score) / 80)
          return (
            Math.log(right / (right + c + epsilon)) + sum(wrong.map((p) => Math.log(c / (p + c + epsilon))))
          )
        }),
      )
    },
  },
}

const huber = (d: number) => (Math.abs(d) < 1 ? (d * d) / 2 : Math.abs(d) - 1 / 2)

async function attention(power: number, over: (differences: number[][]) => number): Promise<number> {
  const attend = (image: number[][][]) =>
    unit(range(4).map((pixel) => mean(image.map((map) => Math.abs(map.flat()[pixel]) ** power))))
  const s = (await nested<Maps>(student)).map((image) => attend(image.map((map) => averaged(map, 2))))
  const t = (await nested<Maps>(teacher)).map(attend)
  return over(s.map((row, n) => minus(row, t[n])))
}

async function neighbourhood(counts: (i: number, j: number) => boolean): Promise<number> {
  const likelihoods = async (x: Tensor) => {
    const rows = (await nested<number[][]>(x)).map(unit)
    return rows.flatMap((a, i) => {
      const kernel = rows.filter((_, j) => counts(i, j)).map((b) => (dot(a, b) + 1) / 2)
      return kernel.map((k) => k / sum(kernel))
    })
  }
  const [s, t] = [await likelihoods(vectors[0]), await likelihoods(vectors[1])]
  return mean(t.map((p, i) => p * Math.log((p + 1e-7) / (s[i] + 1e-7))))
}

describe.each(Object.entries(losses))('%s', (_, { loss, at, plain }) => {
  it('should be its formula', async () => {
    expectClose(await read(loss(...at)), [await plain()], 1e-12)
  })

  it('should have the gradients of its differences', async () => {
    await expect(gradientCheck(loss, at)).resolves.toBeLessThan(1e-6)
  })
})

describe('relationLosses', () => {
  it('should vanish where the student is the teacher turned and enlarged', async () => {
    const [, x] = vectors
    const turned = x
      .multiply(3)
      .matmul(tensor(range(6).map((i) => range(6).map((j) => Number((i + 1) % 6 === j)))))
    const { distance, angle } = relationLosses(turned, x)
    expect((await read(distance))[0]).toBeLessThan(1e-20)
    expect((await read(angle))[0]).toBeLessThan(1e-20)
  })
})

describe('losses of pairs', () => {
  const alone = noise([1, 3], 4)
  const equalRows = tensor(
    [
      [1, 2, 3],
      [1, 2, 3],
    ],
    { dtype: 'float64' },
  )

  it('should be 0 where there is no pair, or none that differs', async () => {
    for (const vectors of [alone, equalRows, zeros([2, 3], 'float64')]) {
      const { distance, angle } = relationLosses(vectors, vectors)
      expect([...(await read(distance)), ...(await read(angle))]).toEqual([0, 0])
    }
    expect(await read(neighbourhoodLoss(alone, alone, 'excluded'))).toEqual([0])
  })

  it('should take the distances of equal rows as 0 beside those of rows that differ', async () => {
    const { distance } = relationLosses(equalRows, noise([2, 4], 1))
    // The teacher's distances are 0, 1, 1, 0, the student's all 0.
    expectClose(await read(distance), [0.25], 1e-12)
  })

  it('should give a sample whose neighbours are all opposite each of them as likely', async () => {
    const opposite = tensor([[1], [-1], [-1]], { dtype: 'float64' })
    const teacher = tensor([[1], [1], [1]], { dtype: 'float64' })
    // The first row of the student is 1/2, 1/2; the others are 0, 1, the teacher's all 1/2.
    const others = (1 / 2) * (Math.log((1 / 2 + 1e-7) / (1 + 1e-7)) + Math.log((1 / 2 + 1e-7) / 1e-7))
    expectClose(await read(neighbourhoodLoss(opposite, teacher, 'excluded')), [(2 * others) / 6], 1e-12)
  })
})

describe('contrastLoss', () => {
  it('should keep a normaliser that is settled', async () => {
    const settled = tensor(7, { dtype: 'float64' })
    expect(await read(contrastLoss(noise([2, 3], 1), 9, settled).normaliser)).toEqual([7])
  })

  it('should settle on the mean of the first scores, times the number of samples', async () => {
    const open = tensor(-1, { dtype: 'float64' })
    const { normaliser } = contrastLoss(noise([2, 3], 1), 9, open)
    expectClose(await read(normaliser), [9 * mean((await read(noise([2, 3], 1))).map(Math.exp))], 1e-14)
  })
})

describe('marginOf', () => {
  it('should be what negative outputs of a batch norm are on average', async () => {
    const norm = new BatchNorm2d(4).to('float64')
    const [weights, biases] = [
      [1, -2, 0.5, 0.1],
      [0, 0.7, -1.3, 0.9],
    ]
    norm.weight.assign(tensor(weights))
    norm.bias.assign(tensor(biases))
    // By summing z φ((z − μ) / σ) over z < 0; the last has one negative output in 10¹⁹.
    const expected = weights.slice(0, 3).map((weight, i) => {
      const z = range(200000).map((step) => -(step + 0.5) / 10000)
      const density = z.map((value) => Math.exp(-(((value - biases[i]) / weight) ** 2) / 2))
      return dot(z, density) / sum(density)
    })
    expectClose(await read(marginOf(norm)), [...expected, -0.3], 1e-6)
  })

  it('should be 0 for a channel that is always 0', async () => {
    const norm = new BatchNorm2d(1).to('float64')
    norm.weight.assign(tensor([0]))
    norm.bias.assign(tensor([0]))
    expect((await read(marginOf(norm)))[0]).toBeCloseTo(0, 12)
  })
})
