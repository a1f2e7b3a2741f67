import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  gradWhereReached,
  openExecutor,
  realize,
  type Shape,
  tensor,
  useExecutor,
} from '../../../engine/index.ts'
import { distiller } from '../../../kd/index.ts'
import type { Predictions } from '../../../nn/index.ts'
import { labelled } from '../numbers.ts'
import { FixedNetwork, normalNumbers } from './fixedNetwork.ts'
import { variants } from './variants.ts'

/** What becomes of normally distributed numbers, given the number of their row. */
const kinds = {
  'any numbers': (normal: number) => normal,
  zeros: () => 0,
  'equal numbers': () => 2,
  'one row that is not zero': (normal: number, row: number) => (row === 0 ? normal : 0),
  'very small numbers': (normal: number) => 1e-30 * normal,
  'small numbers': (normal: number) => 1e-8 * normal,
  'large numbers': (normal: number) => 1e6 * normal,
  'equal rows': (normal: number) => normal,
  'opposite rows': (normal: number, row: number) => (row % 2 === 0 ? normal : -normal),
}

type Kind = keyof typeof kinds

function numbersOf(kind: Kind, [count, ...row]: Shape, seed: number): Float64Array {
  const size = row.reduce((product, length) => product * length, 1)
  const normals = normalNumbers([kind.endsWith(' rows') ? 1 : count, ...row], seed)
  return Float64Array.from({ length: count * size }, (_, i) =>
    kinds[kind](normals[i % normals.length], Math.floor(i / size)),
  )
}

const kindArb = fc.constantFrom(...(Object.keys(kinds) as Kind[]))

const networkArb = fc.record({ logits: kindArb, maps: kindArb, pooled: kindArb })
type Kinds = Readonly<Record<'logits' | 'maps' | 'pooled', Kind>>

const batchArb = fc.record({
  student: networkArb,
  teacher: networkArb,
  labels: fc.oneof(
    fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 4 }),
    fc.nat({ max: 3 }).map((count) => new Array<number>(count + 1).fill(1)),
  ),
  classes: fc.constantFrom(2, 4),
  epoch: fc.constantFrom(1, 3, 300),
})

const image = [1, 8, 8]
const trainingLabels = Int32Array.from({ length: 12 }, (_, i) => i % 4)
const shapes = [
  [2, 8, 8],
  [3, 8, 8],
  [4, 4, 4],
  [5, 2, 2],
] as const

function networkOf(
  dtype: 'float32' | 'float64',
  predicted: Kinds,
  count: number,
  classes: number,
  seed: number,
) {
  const network = new FixedNetwork(shapes, { dtype })
  const draw = (kind: Kind, shape: Shape, i: number) =>
    tensor(numbersOf(kind, shape, 10 * seed + i), { shape, dtype })
  const preactivations = shapes.map((shape, i) => draw(predicted.maps, [count, ...shape], i))
  const predictions: Predictions = {
    logits: draw(predicted.logits, [count, classes], 8),
    preactivations,
    features: preactivations.map((maps) => maps.relu()),
    pooled: draw(predicted.pooled, [count, 5], 9),
  }
  return { network, predictions }
}

describe.each(['reference', 'wasm'] as const)('on %s', (device) => {
  it.each(variants)('%s with %j should be finite, and so its gradients', async (name, options) => {
    const { executor } = await openExecutor(device)
    useExecutor(executor)
    const dtype = device === 'reference' ? 'float64' : 'float32'
    await fc.assert(
      fc.asyncProperty(batchArb, async ({ student, teacher, labels, classes, epoch }) => {
        const count = labels.length
        const [s, t] = [student, teacher].map((kinds, i) => networkOf(dtype, kinds, count, classes, i))
        const method = distiller(name, options)
          .build({ student: s.network, teacher: t.network, image, trainingLabels, seed: 5 })
          .to(dtype)
        const { logits, pooled, features, preactivations } = s.predictions
        const inputs = [logits, pooled, ...features, ...preactivations, ...method.parameters()]
        const lesson = {
          student: s.predictions,
          teacher: t.predictions,
          labels: labelled(labels.map((label) => label % classes)),
          epoch,
          indices: Int32Array.from(labels.keys()),
        }
        if (name === 'reviewkd' && count === 1) {
          expect(() => method.forward(lesson)).toThrow(/^BatchNorm2d: .*more than one value per channel/)
          return
        }
        const { loss, distillation } = method.forward(lesson)
        // DOT moves weights by the gradients of the parts.
        const gradients = [loss, distillation].flatMap((part) => (part ? gradWhereReached(part, inputs) : []))
        const found = [loss, ...gradients].filter((tensor) => tensor !== undefined)
        await realize(...found)
        for (const [i, tensor] of found.entries())
          expect(Array.from(await tensor.data()).every(Number.isFinite), `${i} of ${found.length}`).toBe(true)
      }),
      { numRuns: device === 'reference' ? 20 : 6 },
    )
  })
})
