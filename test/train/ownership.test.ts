import { describe, expect, it } from 'vitest'
import type { Tensor } from '../../engine/index.ts'
import { alone, type Distiller, distiller, type Lesson, type Loss, Method } from '../../kd/index.ts'
import { buffer, initialize, Linear, type Network, type Predictions } from '../../nn/index.ts'
import { resolveHyperparameters, type Training, train } from '../../train/index.ts'
import { numbersOf, TinyNetwork, tinyLoaders, tinyNetwork } from './tinyNetwork.ts'

/** Its last layer is in a private field and initialized itself. */
class HalfHidden extends TinyNetwork {
  readonly #last = initialize(new Linear(3, 3), 1)

  override forward(images: Tensor): Predictions {
    const { logits, ...others } = super.forward(images)
    return { ...others, logits: this.#last.forward(logits) }
  }
}

class Alone extends Method {
  override forward({ student, labels }: Lesson): Loss {
    return alone(student.logits, labels)
  }

  protected override loss(lesson: Lesson): Loss {
    return this.forward(lesson)
  }
}

const by = (method: Method): Distiller => ({ ...distiller('alone'), build: () => method })

/** What becomes of a training of one epoch, and after how many steps. */
async function outcome(network: Network, method: Method, options: Partial<Training> = {}) {
  let steps = 0
  const ended = await train({
    network,
    method: by(method),
    hyperparameters: resolveHyperparameters({ epochs: 1, batchSize: 8, lr: 0.1, ...options.hyperparameters }),
    observers: [{ stepEnded: () => void steps++ }],
    ...tinyLoaders(),
    ...options,
  }).then(
    () => 'trained',
    (error: Error) => error.message,
  )
  return { ended, steps }
}

describe('a training', () => {
  it.each([{}, { dot: 0.05 }])(
    'refuses a layer that nobody would train, before it computes: %j',
    async (recipe) => {
      const network = initialize(new HalfHidden(), 0)
      const before = await numbersOf(network.stateDict())
      const { ended, steps } = await outcome(network, new Alone(), {
        hyperparameters: resolveHyperparameters({ epochs: 1, batchSize: 8, ...recipe }),
      })
      expect(ended).toContain('the loss uses 2 untrained parameters (')
      expect(ended).toContain('weight of Linear [3, 3]')
      expect(steps).toBe(0)
      expect(await numbersOf(network.stateDict())).toEqual(before)
    },
  )

  it('refuses a method whose memory no checkpoint would hold', async () => {
    class Remembering extends Alone {
      readonly #seen = buffer([], 0)
      override forward(lesson: Lesson): Loss {
        this.#seen.assign(this.#seen.add(lesson.labels.size))
        return super.forward(lesson)
      }
    }
    const { ended, steps } = await outcome(tinyNetwork(), new Remembering())
    expect(ended).toContain('the loss assigns 1 unsaved variable ([])')
    expect(steps).toBe(0)
  })

  it('lets a frozen network take part in the loss, where it is named', async () => {
    const critic = initialize(new Linear(3, 3), 1)
    class Criticized extends Alone {
      override forward({ student, labels }: Lesson): Loss {
        return alone(critic.forward(student.logits), labels)
      }
    }
    const before = await numbersOf(critic.stateDict())
    expect((await outcome(tinyNetwork(), new Criticized())).ended).toContain('in a training: frozen')
    const { ended, steps } = await outcome(tinyNetwork(), new Criticized(), { frozen: [critic] })
    expect([ended, steps]).toEqual(['trained', 3])
    expect(await numbersOf(critic.stateDict())).toEqual(before)
  })
})
