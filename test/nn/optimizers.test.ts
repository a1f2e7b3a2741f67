import { beforeAll, describe, expect, it } from 'vitest'
import {
  type Executor,
  grad,
  openExecutor,
  realize,
  type Tensor,
  tensor,
  useExecutor,
  type Variable,
  variable,
} from '../../engine/index.ts'
import { Adam, AdamW, DOT, type Optimizer, SGD } from '../../nn/index.ts'
import { numbers, useReference } from './reference.ts'

beforeAll(useReference)

const makers: Record<string, (parameters: Variable[]) => Optimizer> = {
  SGD: (parameters) => new SGD(parameters, { lr: 0.1 }),
  'SGD with momentum': (parameters) => new SGD(parameters, { lr: 0.1, momentum: 0.9, weightDecay: 0.01 }),
  'SGD with dampening': (parameters) => new SGD(parameters, { lr: 0.1, momentum: 0.9, dampening: 0.3 }),
  'SGD with Nesterov': (parameters) => new SGD(parameters, { lr: 0.1, momentum: 0.9, nesterov: true }),
  Adam: (parameters) => new Adam(parameters, { lr: 0.1, weightDecay: 0.01 }),
  AdamW: (parameters) => new AdamW(parameters, { lr: 0.1 }),
}

function parameters(): Variable[] {
  return [
    variable(tensor([1, -2, 3], { dtype: 'float64' })),
    variable(tensor([[0.5, 4]], { dtype: 'float64' })),
  ]
}

/** Steps down the sum of sin p + p². */
async function descend(optimizer: Optimizer, steps: number): Promise<void> {
  for (let i = 0; i < steps; i++) {
    const loss = optimizer.parameters.map((p) => p.sin().add(p.square()).sum()).reduce((a, b) => a.add(b))
    optimizer.step(grad(loss, optimizer.parameters))
    await realize(...optimizer.parameters, optimizer)
  }
}

async function valuesOf(tensors: Iterable<Tensor>): Promise<number[][]> {
  const values: number[][] = []
  for (const x of tensors) values.push(await numbers(x))
  return values
}

describe('Adam', () => {
  it('forgets earlier gradients altogether where a beta is 0, however large they were', async () => {
    const parameter = variable(tensor([0], { dtype: 'float64' }))
    const optimizer = new Adam([parameter], { lr: 1, betas: [0, 0], epsilon: 0 })
    for (const gradient of [1e9, 1]) {
      optimizer.step([tensor([gradient], { dtype: 'float64' })])
      await realize(parameter, optimizer)
    }
    // Each step is lr · gradient / √gradient².
    expect(await numbers(parameter)).toEqual([-2])
  })
})

describe.each(Object.entries(makers))('%s', (_, make) => {
  it('goes on from a saved state exactly as if it had not stopped', async () => {
    const whole = make(parameters())
    await descend(whole, 5)

    const first = make(parameters())
    await descend(first, 2)
    const second = make(
      (await valuesOf(first.parameters)).map((values, i) =>
        variable(tensor(values, { dtype: 'float64', shape: first.parameters[i].shape })),
      ),
    )
    await second.loadStateDict(first.stateDict())
    await descend(second, 3)

    expect(await valuesOf(second.parameters)).toEqual(await valuesOf(whole.parameters))
    expect(await valuesOf(second.stateDict().values())).toEqual(await valuesOf(whole.stateDict().values()))
  })

  it('compiles one plan for all steps, also when the learning rate changes', async () => {
    const { executor } = await openExecutor('reference')
    let compiled = 0
    const counting: Executor = {
      name: 'counting',
      modes: {},
      compile: (graph) => {
        compiled++
        return executor.compile(graph)
      },
      upload: (elements) => executor.upload(elements),
      read: (storage) => executor.read(storage),
    }
    useExecutor(counting)
    try {
      const optimizer = make(parameters())
      for (const lr of [0.1, 0.1, 0.05, 0]) {
        optimizer.lr = lr
        await descend(optimizer, 1)
      }
    } finally {
      useExecutor(executor)
    }
    expect(compiled).toBe(1)
  })

  it('stands still at learning rate 0', async () => {
    const optimizer = make(parameters())
    optimizer.lr = 0
    await descend(optimizer, 2)
    expect(await valuesOf(optimizer.parameters)).toEqual([
      [1, -2, 3],
      [0.5, 4],
    ])
  })
})

describe('SGD', () => {
  it('dampens from the second step on, as PyTorch', async () => {
    const p = variable(tensor([0]))
    const optimizer = new SGD([p], { lr: 1, momentum: 0.5, dampening: 0.75 })
    const seen: number[] = []
    for (let i = 0; i < 3; i++) {
      optimizer.step([tensor([1])])
      await realize(p, optimizer)
      seen.push(await p.item())
    }
    // Directions: 1, then 0.5 · 1 + 0.25 = 0.75, then 0.5 · 0.75 + 0.25 = 0.625.
    expect(seen).toEqual([-1, -1.75, -2.375])
  })
})

describe('minimize', () => {
  const parts = (ofParameters: readonly Variable[]) => {
    const task = ofParameters.map((p) => p.sin().sum()).reduce((a, b) => a.add(b))
    const distillation = ofParameters[0].square().sum()
    return { loss: task.add(distillation), task, distillation }
  }

  it.each(Object.entries(makers))('takes the step of the gradients of the loss: %s', async (_, make) => {
    const [by, beside] = [make(parameters()), make(parameters())]
    for (let step = 0; step < 3; step++) {
      by.minimize(parts(by.parameters))
      beside.step(grad(parts(beside.parameters).loss, beside.parameters))
      await realize(...by.parameters, by, ...beside.parameters, beside)
    }
    expect(await valuesOf(by.parameters)).toEqual(await valuesOf(beside.parameters))
  })

  it('gives DOT the gradients of both parts, where each depends on the parameter', async () => {
    const [by, beside] = [parameters(), parameters()].map((each) => new DOT(each, { lr: 0.1 }))
    for (let step = 0; step < 3; step++) {
      by.minimize(parts(by.parameters))
      const { task, distillation } = parts(beside.parameters)
      const [[first, second], [alone]] = [
        grad(task, beside.parameters),
        grad(distillation, beside.parameters.slice(0, 1)),
      ]
      beside.step([{ task: first, distillation: alone }, { task: second }])
      await realize(...by.parameters, by, ...beside.parameters, beside)
    }
    expect(await valuesOf(by.parameters)).toEqual(await valuesOf(beside.parameters))
  })

  it('refuses what is no loss in parts', () => {
    const sgd = new SGD(parameters(), { lr: 0.1 })
    for (const loss of [undefined, tensor(1), { loss: tensor(1) }, { loss: tensor(1), task: 1 }])
      expect(() => sgd.minimize(loss as never)).toThrow('optimizer: expected loss')
  })
})

describe('DOT', () => {
  const [a, b] = [tensor([1, -2, 3], { dtype: 'float64' }), tensor([-4, 0.5, 1], { dtype: 'float64' })]

  /** Where one parameter is after three steps with the same gradients, and where a recurrence in plain numbers leaves it. */
  async function walk(task: Tensor | undefined, distillation: Tensor | undefined, momenta: [number, number]) {
    const [p] = parameters()
    const optimizer = new DOT([p], { lr: 0.1, momentum: 0.9, delta: 0.05, weightDecay: 0.01 })
    const expected = [1, -2, 3]
    const buffers = expected.map(() => [0, 0])
    for (let step = 0; step < 3; step++) {
      optimizer.step([{ task, distillation }])
      await realize(p, optimizer)
      const gradients = [task && (await numbers(task)), distillation && (await numbers(distillation))]
      expected.forEach((value, i) => {
        gradients.forEach((gradient, part) => {
          if (gradient === undefined) return
          const decay = part === 0 || task === undefined ? 0.01 * value : 0
          buffers[i][part] = momenta[part] * buffers[i][part] + gradient[i] + decay
        })
        expected[i] = value - 0.1 * (buffers[i][0] + buffers[i][1])
      })
    }
    return { given: await numbers(p), expected }
  }

  it.each([
    ['both parts', a, b, [0.85, 0.95]],
    ['the task alone', a, undefined, [0.9, 0]],
    ['distillation alone', undefined, b, [0, 0.9]],
  ] as const)('has momenta of its own for %s', async (_, task, distillation, momenta) => {
    const { given, expected } = await walk(task, distillation, [...momenta])
    for (const [i, value] of expected.entries()) expect(given[i]).toBeCloseTo(value, 12)
  })

  it('is SGD where no momentum is moved', async () => {
    const [[p], [q]] = [parameters(), parameters()]
    const [dot, sgd] = [new DOT([p], { lr: 0.1, delta: 0 }), new SGD([q], { lr: 0.1, momentum: 0.9 })]
    for (let step = 0; step < 3; step++) {
      dot.step([{ task: a, distillation: b }])
      sgd.step([a.add(b)])
      await realize(p, q, dot, sgd)
    }
    const [given, expected] = [await numbers(p), await numbers(q)]
    for (const [i, value] of expected.entries()) expect(given[i]).toBeCloseTo(value, 12)
  })

  it('says what does not fit', () => {
    expect(() => new DOT(parameters(), { lr: 0.1, delta: 1 })).toThrow(
      'DOT: expected delta to be at most the momentum 0.9, got 1',
    )
    expect(() =>
      new DOT(parameters().slice(0, 1), { lr: 0.1 }).step([{ distillation: tensor([1, 2]) }]),
    ).toThrow('optimizer: expected gradient 0 to be [3], as its parameter is, got [2]')
  })
})

describe('options and states that do not fit', () => {
  it('are named', async () => {
    expect(() => new SGD(parameters(), { lr: -1 })).toThrow(
      'SGD: expected lr to be a finite number ≥ 0, got -1',
    )
    expect(() => new SGD(parameters(), { lr: 1, nesterov: true })).toThrow(
      'SGD: nesterov needs momentum > 0 and dampening 0, got 0 and 0',
    )
    expect(() => new Adam(parameters(), { lr: 1, betas: [0.9, 1] })).toThrow(
      'Adam: expected betas to be an array of 2, each a number in [0, 1), got [0.9, 1]',
    )
    expect(() => new SGD([], { lr: 1 })).toThrow('optimizer: expected at least one parameter')
    const optimizer = new SGD(parameters(), { lr: 1, momentum: 0.9 })
    expect(() => optimizer.step([])).toThrow('optimizer: expected 2 gradients, got 0')
    expect(() => optimizer.step([tensor([1, 2, 3]), tensor([1, 2])])).toThrow(
      'optimizer: expected gradient 1 to be [1, 2], as its parameter is, got [2]',
    )
    await expect(optimizer.loadStateDict(new Map([['0.exp_avg', tensor([1])]]))).rejects.toThrow(
      'the state does not fit the optimizer: ' +
        '3 of 3 missing (step, 0.momentum_buffer, 1.momentum_buffer); 1 unexpected (0.exp_avg)',
    )
  })
})
