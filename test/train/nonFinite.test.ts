import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sqrt, subtract, type Tensor, tensor } from '../../engine/index.ts'
import { alone, type Distiller, distiller, type Lesson, type Loss, Method } from '../../kd/index.ts'
import { buffer } from '../../nn/index.ts'
import { NonFiniteLossError, resolveHyperparameters, train } from '../../train/index.ts'
import { numbersOf, tinyLoaders, tinyNetwork } from './tinyNetwork.ts'

const hyperparameters = resolveHyperparameters({ epochs: 3, batchSize: 8, lr: 0.1 })

interface StepPosition {
  readonly epoch: number
  readonly step: number
}

type Spoil = (loss: Tensor) => Tensor

/** Cross entropy, but for one step: there it is made something else. */
class Spoilt extends Method {
  readonly #at: StepPosition
  readonly #spoil: Spoil
  #step = 0

  constructor(at: StepPosition, spoil: Spoil) {
    super()
    this.#at = at
    this.#spoil = spoil
  }

  override forward(lesson: Lesson): Loss {
    const { epoch, step } = this.#at
    this.#step = (this.#step % 3) + 1
    const loss = alone(lesson.student.logits, lesson.labels)
    return lesson.epoch === epoch && this.#step === step ? { ...loss, loss: this.#spoil(loss.loss) } : loss
  }

  protected override loss(lesson: Lesson): Loss {
    return this.forward(lesson)
  }
}

function spoilt(at: StepPosition, spoil: Spoil): Distiller {
  return { ...distiller('alone'), build: () => new Spoilt(at, spoil) }
}

/** What becomes of a training with this loss. */
async function stopped(by: Distiller) {
  const network = tinyNetwork()
  const weights = [await numbersOf(network.stateDict())]
  const error = await train({
    network,
    method: by,
    hyperparameters,
    observers: [{ epochEnded: async (end) => void weights.push(await numbersOf(end.weights)) }],
    ...tinyLoaders(),
  }).catch((reason) => reason)
  return { error, weights, left: await numbersOf(network.stateDict()) }
}

/** √(x − x) as a function of the first x. */
function zeroOfInfiniteSlope(x: Tensor): Tensor {
  return sqrt(subtract(x, x.detach()))
}

describe('a loss that is not finite', () => {
  it('should stop the training where it arises and leave the weights of the epoch before', async () => {
    const placeArb = fc.record({
      epoch: fc.integer({ min: 1, max: 3 }),
      step: fc.integer({ min: 1, max: 3 }),
    })
    const valueArb = fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY)
    await fc.assert(
      fc.asyncProperty(placeArb, valueArb, async (place, value) => {
        const { error, weights, left } = await stopped(spoilt(place, (loss) => loss.multiply(value)))
        expect(error).toBeInstanceOf(NonFiniteLossError)
        expect(error.position).toEqual({ ...place, steps: 3 })
        expect(weights).toHaveLength(place.epoch)
        expect(left).toEqual(weights.at(-1))
      }),
      { numRuns: 10 },
    )
  })

  it('should name the terms of the loss that are not finite', async () => {
    const spoiltTerm: Distiller = {
      ...distiller('alone'),
      build: () =>
        new (class extends Spoilt {
          override forward(lesson: Lesson): Loss {
            const loss = super.forward(lesson)
            return { ...loss, terms: { ...loss.terms, distance: loss.loss, other: loss.task } }
          }
        })({ epoch: 1, step: 1 }, (loss) => loss.multiply(Number.NaN)),
    }
    const { error } = await stopped(spoiltTerm)
    expect(error.message).toContain(
      'became NaN in epoch 1, step 1 of 3 (not finite: distance); after that step',
    )
  })

  it.each([
    [
      Number.NaN,
      { epoch: 1, step: 2 },
      'the training loss became NaN in epoch 1, step 2 of 3; after that step 2 of 2 weights are not finite, first fc.weight; the last good weights are the initial ones',
    ],
    [
      Number.POSITIVE_INFINITY,
      { epoch: 3, step: 1 },
      'the training loss became Infinity in epoch 3, step 1 of 3; after that step 2 of 2 weights are not finite, first fc.weight; the last good weights are those after epoch 2',
    ],
  ])('should be told of: %d at %j', async (value, place, message) => {
    expect((await stopped(spoilt(place, (loss) => loss.multiply(value)))).error.message).toBe(message)
  })

  it('should say so where all weights are finite', async () => {
    const { error } = await stopped(
      spoilt({ epoch: 2, step: 1 }, (loss) => loss.add(Number.POSITIVE_INFINITY)),
    )
    expect(error.message).toContain('step 1 of 3; after that step all weights are finite; the last good')
  })

  it('should name the first weight that is not, of the network or else of the method', async () => {
    const names = ['fc.weight', 'fc.bias', 'method.scale']
    await fc.assert(
      fc.asyncProperty(fc.subarray(names, { minLength: 1 }), async (chosen) => {
        const { error } = await stopped({
          ...distiller('alone'),
          build: ({ student }) =>
            new (class extends Spoilt {
              readonly scale = buffer([2], 1)
              override forward(lesson: Lesson): Loss {
                const loss = super.forward(lesson)
                const slopes = student
                  .namedParameters()
                  .filter(([name]) => chosen.includes(name))
                  .map(([, parameter]) => zeroOfInfiniteSlope(parameter).sum())
                if (chosen.includes('method.scale')) this.scale.assign(this.scale.multiply(Number.NaN))
                return { ...loss, loss: slopes.reduce((sum, slope) => sum.add(slope), loss.loss) }
              }
            })({ epoch: 1, step: 1 }, (loss) => loss.add(Number.POSITIVE_INFINITY)),
        })
        expect(error.message).toContain(
          `after that step ${chosen.length} of 3 weights are not finite, first ${chosen[0]}; the last good`,
        )
      }),
      { numRuns: 7 },
    )
  })

  it('should be known to come from the weights that were given', async () => {
    const network = tinyNetwork()
    network.loadStateDict(new Map([...network.stateDict(), ['fc.bias', tensor([0, Number.NaN, 0])]]))
    const hyperparameters = resolveHyperparameters({ epochs: 1, batchSize: 8, lr: 0.1 })
    await expect(
      train({ network, method: distiller('alone'), hyperparameters, ...tinyLoaders() }),
    ).rejects.toThrow(
      'epoch 1, step 1 of 3 (not finite: crossEntropy); fc.bias was not finite before the epoch; after that step 2 of 2',
    )
  })

  it('should be noticed on the test images when the last step of an epoch spoilt the weights', async () => {
    const { error, weights, left } = await stopped(
      spoilt({ epoch: 2, step: 3 }, (loss) => loss.add(zeroOfInfiniteSlope(loss))),
    )
    expect(error.message).toMatch(
      /^the test loss became (NaN|Infinity) in epoch 2, step 3 of 3; .* those after epoch 1$/,
    )
    expect(left).toEqual(weights[1])
  })
})
