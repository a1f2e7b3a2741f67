import { describe, expect, it } from 'vitest'
import { grad, gradientCheck, type Tensor, tensor } from '../../../engine/index.ts'
import { singularRelationLoss, singularVectors } from '../../../kd/index.ts'
import { expectClose, read } from '../numbers.ts'
import { noise } from './fixedNetwork.ts'
import { dot, minus, nested, norm, range, sum, unit } from './plain.ts'

type Matrix = number[][]

/** Singular values 4, 2, 1, … of matrices with random singular vectors. */
async function withSpectrum(rows: number, columns: number, seed: number): Promise<Matrix> {
  const count = Math.min(rows, columns)
  const us = orthonormal(await nested<Matrix>(noise([count, rows], seed)))
  const vs = orthonormal(await nested<Matrix>(noise([count, columns], seed + 1)))
  return range(rows).map((i) =>
    range(columns).map((j) => sum(range(count).map((k) => 2 ** (2 - k) * us[k][i] * vs[k][j]))),
  )
}

/** Rows made orthogonal to those before, of length 1 (Gram and Schmidt). */
function orthonormal(rows: Matrix): Matrix {
  const done: Matrix = []
  for (const row of rows) {
    done.push(
      unit(
        done.reduce(
          (rest, other) =>
            minus(
              rest,
              other.map((x) => x * dot(other, row)),
            ),
          row,
        ),
      ),
    )
  }
  return done
}

/** Singular values and right vectors by rotating columns until they are orthogonal (Hestenes 1958). */
function plainSingularVectors(matrix: Matrix): { values: number[]; vectors: Matrix } {
  const size = matrix[0].length
  const columns = range(size).map((j) => matrix.map((row) => row[j]))
  const vectors = range(size).map((j) => range(size).map((i) => Number(i === j)))
  for (let sweep = 0; sweep < 30; sweep++) {
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) {
        const [a, b, c] = [
          dot(columns[p], columns[p]),
          dot(columns[q], columns[q]),
          dot(columns[p], columns[q]),
        ]
        const angle = Math.atan2(2 * c, a - b) / 2
        for (const rows of [columns, vectors]) {
          const [x, y] = [rows[p], rows[q]]
          rows[p] = x.map((value, i) => Math.cos(angle) * value + Math.sin(angle) * y[i])
          rows[q] = x.map((value, i) => -Math.sin(angle) * value + Math.cos(angle) * y[i])
        }
      }
    }
  }
  const order = range(size).toSorted((i, j) => norm(columns[j]) - norm(columns[i]))
  return {
    values: order.map((i) => norm(columns[i])),
    vectors: order.map((i) => {
      const peak = vectors[i].reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a))
      return vectors[i].map((value) => value * Math.sign(peak))
    }),
  }
}

/** The vector with the largest |cosine|, with its sign. */
function likest(vectors: Matrix, target: number[]): number[] {
  const cosines = vectors.map((vector) => dot(vector, target))
  const best = cosines.reduce((a, b, i) => (Math.abs(b) > Math.abs(cosines[a]) ? i : a), 0)
  return vectors[best].map((x) => x * Math.sign(cosines[best]))
}

const batch = (...matrices: Matrix[]): Tensor => tensor(matrices, { dtype: 'float64' })

describe('singularVectors', () => {
  it.each([
    [6, 4],
    [4, 6],
    [5, 5],
  ])('should be those of matrices %d by %d', async (rows, columns) => {
    const matrices = [await withSpectrum(rows, columns, 1), await withSpectrum(rows, columns, 3)]
    const { values, vectors } = singularVectors(batch(...matrices), 3)
    const expected = matrices.map(plainSingularVectors)
    expectClose(
      await read(values),
      expected.flatMap((each) => each.values.slice(0, 3)),
      1e-9,
    )
    const transposed = await nested<Matrix[]>(vectors.transpose())
    expectClose(
      transposed.flat(2),
      expected.flatMap((each) => each.vectors.slice(0, 3).flat()),
      1e-9,
    )
  })

  it('should be no more than the shorter side', () => {
    const { values, vectors } = singularVectors(noise([2, 3, 7], 1), 5)
    expect([values.shape, vectors.shape]).toEqual([
      [2, 3],
      [2, 7, 3],
    ])
  })

  it('should be zeros, and have no gradient, beyond the rank and for nothing at all', async () => {
    const matrices = batch(
      [
        [1, 2],
        [2, 4],
        [3, 6],
      ],
      [
        [0, 0],
        [0, 0],
        [0, 0],
      ],
    )
    const { values, vectors } = singularVectors(matrices, 2)
    expectClose(await read(values), [Math.sqrt(70), 0, 0, 0], 1e-6)
    const transposed = (await read(vectors.transpose())).map((value) => Math.round(value * 1e9) / 1e9)
    expect(transposed.slice(2)).toEqual([0, 0, 0, 0, 0, 0])
    const [gradient] = grad(vectors.sum().add(values.sum()), [matrices])
    for (const value of await read(gradient)) expect(Number.isFinite(value)).toBe(true)
  })

  it('should have the gradients of its differences', async () => {
    const matrices = batch(await withSpectrum(5, 4, 1), await withSpectrum(5, 4, 3))
    const parts = {
      values: (x: Tensor) => singularVectors(x, 2).values,
      vectors: (x: Tensor) => singularVectors(x, 2).vectors,
    }
    for (const [name, part] of Object.entries(parts)) {
      await expect(gradientCheck(part, [matrices], { name })).resolves.toBeLessThan(1e-6)
    }
  })

  it('should have a finite gradient where two singular values are equal', async () => {
    const matrices = batch([
      [1, 0],
      [0, 1],
      [0, 0],
    ])
    const [gradient] = grad(singularVectors(matrices, 2).vectors.sum(), [matrices])
    for (const value of await read(gradient)) expect(Number.isFinite(value)).toBe(true)
  })
})

describe('singularRelationLoss', () => {
  const teacher = [noise([2, 3, 4, 4], 5), noise([2, 5, 2, 2], 6)]
  const student = [noise([2, 3, 4, 4], 7), noise([2, 5, 2, 2], 8)]
  const loss = (matrix: 'channels' | 'width') => (a: Tensor, b: Tensor) =>
    singularRelationLoss(
      [
        [a.relu(), teacher[0].relu()],
        [b.relu(), teacher[1].relu()],
      ],
      { vectors: 1, matrix },
    )

  it.each(['channels', 'width'] as const)('should be its formula with a matrix of %s', async (matrix) => {
    const rowsOf = (image: number[][][]): Matrix =>
      matrix === 'width'
        ? image.flat()
        : range(image[0].length ** 2).map((pixel) => image.map((map) => map.flat()[pixel]))
    const decomposed = (maps: Tensor) =>
      nested<number[][][][]>(maps.relu()).then((images) =>
        images.map((image) => plainSingularVectors(rowsOf(image)).vectors),
      )
    const pairs: [number[], number[]][][] = []
    for (const stage of [0, 1]) {
      const [s, t] = [await decomposed(student[stage]), await decomposed(teacher[stage])]
      pairs.push(t.map(([target], n) => [likest(s[n].slice(0, 4), target), target]))
    }
    const relation = (a: number[], b: number[]) =>
      a.flatMap((x) => b.map((y) => Math.exp(-((x - y) ** 2) / 8)))
    const [before, after] = pairs
    const squares = after.map(([s, t], n) => {
      const difference = minus(relation(s, before[n][0]), relation(t, before[n][1]))
      return dot(difference, difference)
    })
    expectClose(await read(loss(matrix)(student[0], student[1])), [sum(squares) / 2], 1e-5)
  })

  it('should vanish where both are the same', async () => {
    const same = singularRelationLoss(
      teacher.map((maps) => [maps, maps] as const),
      { vectors: 2, matrix: 'channels' },
    )
    expect((await read(same))[0]).toBeLessThan(1e-20)
  })

  it.each(['channels', 'width'] as const)(
    'should have the gradients of its differences with a matrix of %s',
    async (matrix) => {
      await expect(gradientCheck(loss(matrix), student, { order: 1 })).resolves.toBeLessThan(1e-6)
    },
  )

  it('should say what must be equal, and how many stages it takes', () => {
    expect(() =>
      singularRelationLoss([[noise([1, 3, 4, 4], 1), noise([1, 5, 4, 4], 2)]], {
        vectors: 1,
        matrix: 'channels',
      }),
    ).toThrow('kdsvd: expected networks with at least two stages after the stem')
    const narrow = [noise([1, 3, 4, 4], 1), noise([1, 5, 4, 4], 2)] as const
    expect(() => singularRelationLoss([narrow, narrow], { vectors: 1, matrix: 'channels' })).toThrow(
      'kdsvd: expected student and teacher to have the same number of channels (or equally wide maps and option matrix ' +
        "'width') in each stage, got 3 and 5",
    )
  })
})
