import { expect, it } from 'vitest'
import { grad, realizeOn, type Tensor, tensor } from '../../engine/index.ts'
import { createModel, crossEntropy, modelNamed, type Network } from '../../nn/index.ts'
import { fill, fillWeights } from './fill.ts'
import { notRun } from './notRun.ts'
import { expectClose, labelled, largest, type Precision, type Spreads, spreadOf } from './precision.ts'

/** A tensor by its mean, its standard deviation and its first elements. */
interface Summary {
  readonly mean: number
  readonly std: number
  readonly first: readonly number[]
}

export interface ModelCase {
  readonly model: string
  readonly parameters: number
  readonly state_dict: readonly (readonly [name: string, shape: readonly number[], dtype: string])[]
  readonly labels: readonly number[]
  /** The number of the state dictionary's first tensor. Default 0. */
  readonly firstWeight?: number
  readonly eval?: {
    readonly logits: readonly number[][]
    readonly feats: readonly (Summary & { readonly shape: readonly number[] })[]
    readonly pooled: Summary
  }
  readonly train: {
    readonly loss: number
    readonly logits_row0: readonly number[]
    readonly grads: Readonly<Record<string, { readonly norm: number; readonly first: readonly number[] }>>
    readonly running: Readonly<Record<string, readonly number[]>>
  }
}

/** Of the norms of gradients, and of their first elements. */
type GradientSpreads = Spreads<'norms' | 'elements'>

/** A network against PyTorch's: what it is made of, and what it computes in both modes. */
export function describeModel(
  each: ModelCase,
  precisions: readonly Precision[],
  spreads: GradientSpreads | undefined,
): void {
  if (modelNamed(each.model) === undefined) {
    notRun(each.model, 'there is no such network yet')
    return
  }
  it('has the parameters and the state dictionary of PyTorch', () => {
    const network = createNetwork(each).to('float64')
    expect(network.parameters().reduce((sum, { size }) => sum + size, 0)).toBe(each.parameters)
    const int64AsInt32 = each.state_dict.map(([name, shape, dtype]) => [
      name,
      shape,
      dtype.replace('int64', 'int32'),
    ])
    expect([...network.stateDict()].map(([name, { shape, dtype }]) => [name, shape, dtype])).toEqual(
      int64AsInt32,
    )
  })
  const convolutions = each.state_dict.filter(([, shape]) => shape.length === 4).length
  for (const precision of precisions) {
    const { name, dtype, isOfConvolutions } = precision
    // Then it would be the executor's default once more.
    if (isOfConvolutions && spreads && !spreads.winograd) continue
    const tooLarge = complaintOfSize(each, convolutions, precision)
    if (tooLarge !== undefined) {
      notRun(`${each.model} on the ${name}`, tooLarge)
      continue
    }
    const { eval: evaluation } = each
    if (evaluation)
      it(`computes the same in evaluation on the ${name}`, () => checkEvaluation(each, evaluation, precision))
    if (dtype === 'float32' && !spreads) {
      notRun(
        `${each.model} in training on the ${name}`,
        'float32.py has not recorded how far float32 may be off',
      )
      continue
    }
    it(`computes the same in training on the ${name}`, () => checkTraining(each, precision, spreads))
  }
}

function complaintOfSize(
  { parameters }: ModelCase,
  convolutions: number,
  { deepest, largest = Number.POSITIVE_INFINITY }: Precision,
): string | undefined {
  if (convolutions > deepest) return `${convolutions} convolutions are more than ${deepest}`
  return parameters > largest ? `${parameters} parameters are more than ${largest}` : undefined
}

function createNetwork(each: ModelCase): Network {
  return createModel(each.model, { classes: each.train.logits_row0.length })
}

function filledNetwork(each: ModelCase, { dtype }: Precision): Network {
  const network = createNetwork(each).to(dtype)
  fillWeights(network, each.firstWeight)
  return network
}

function images({ labels }: ModelCase, { dtype }: Precision): Tensor {
  const shape = [labels.length, 3, 32, 32]
  return tensor(fill(shape, 1000003, 1.5), { dtype, shape })
}

async function checkEvaluation(
  each: ModelCase,
  expected: NonNullable<ModelCase['eval']>,
  precision: Precision,
): Promise<void> {
  const network = filledNetwork(each, precision).evaluate()
  const { logits, features, pooled } = network.forward(images(each, precision))
  await realizeOn(await precision.open(), logits, ...features, pooled)
  expectClose('logits', await logits.data(), expected.logits.flat(), precision.networks)
  expect(features.map(({ shape }) => shape)).toEqual(expected.feats.map(({ shape }) => shape))
  for (const [i, summary] of expected.feats.entries()) {
    await checkSummary(`features ${i}`, features[i], summary, precision)
  }
  await checkSummary('pooled', pooled, expected.pooled, precision)
}

/** The standard deviation is that of the numbers themselves: divided by their count. */
async function checkSummary(
  what: string,
  x: Tensor,
  expected: Summary,
  { networks }: Precision,
): Promise<void> {
  const values = Array.from(await x.data())
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  const std = Math.sqrt(squares / values.length)
  const scale = Math.max(expected.std, largest(expected.first))
  const first = values.slice(0, expected.first.length)
  expectClose(what, [mean, std, ...first], [expected.mean, expected.std, ...expected.first], networks, {
    scale,
  })
}

async function checkTraining(
  each: ModelCase,
  precision: Precision,
  spreads: GradientSpreads | undefined,
): Promise<void> {
  const { networks, networkGradients } = precision
  const { norms = 0, elements = 0 } = spreadOf(spreads, precision) ?? {}
  const network = filledNetwork(each, precision)
  const { logits } = network.forward(images(each, precision))
  const loss = crossEntropy(logits, labelled(each.labels))
  const gradients = grad(loss, network.parameters())
  await realizeOn(await precision.open(), loss, logits, ...gradients, network)

  expectClose('loss', await loss.data(), [each.train.loss], networks)
  const row = (await logits.data()).subarray(0, each.train.logits_row0.length)
  expectClose('logits', row, each.train.logits_row0, networks)

  const byName = new Map(network.namedParameters().map(([name], i) => [name, gradients[i]]))
  expect([...byName.keys()]).toEqual(Object.keys(each.train.grads))
  for (const [name, { norm, first }] of Object.entries(each.train.grads)) {
    const values = await byName.get(name)!.data()
    expectClose(`gradient norm of ${name}`, [normOf(values)], [norm], Math.max(networkGradients, norms))
    const rootMeanSquare = norm / Math.sqrt(values.length)
    const scale = Math.max(rootMeanSquare, largest(first))
    const tolerance = Math.max(networkGradients, elements)
    expectClose(`gradient of ${name}`, values.subarray(0, first.length), first, tolerance, { scale })
  }
  const state = network.stateDict()
  for (const [name, first] of Object.entries(each.train.running)) {
    const values = await state.get(name)!.data()
    expectClose(name, values.subarray(0, first.length), first, networks)
  }
}

export function normOf(values: ArrayLike<number>): number {
  let squares = 0
  for (let i = 0; i < values.length; i++) squares += values[i] ** 2
  return Math.sqrt(squares)
}
