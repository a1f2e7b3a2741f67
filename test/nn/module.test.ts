import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { deferredTensor, grad, realize, type Tensor, tensor } from '../../engine/index.ts'
import {
  BatchNorm2d,
  buffer,
  Conv2d,
  constant,
  createModel,
  initialize,
  Linear,
  Module,
  Parameter,
  ReLU,
  Sequential,
  SGD,
  type StateDict,
} from '../../nn/index.ts'
import { numbers, useReference } from './reference.ts'

beforeAll(useReference)

function complaintAbout(network: Module<unknown>, weights: StateDict): string {
  try {
    network.loadStateDict(weights)
  } catch (error) {
    return (error as Error).message
  }
  return ''
}

/** Parts in an order that PyTorch does not keep: a child first, a buffer before a parameter. */
class Shuffled extends Module {
  readonly child = new Linear(2, 3)
  readonly steps = buffer([2], 0)
  readonly weight = new Parameter([1], constant(1))
  readonly absent = undefined

  override forward(x: Tensor): Tensor {
    return x
  }
}

describe('Module', () => {
  it('lists parameters, then buffers, then children', () => {
    const names = [...new Shuffled().stateDict().keys()]
    expect(names).toEqual(['weight', 'steps', 'child.weight', 'child.bias'])
  })

  it('trains parameters only', () => {
    expect(new Shuffled().namedParameters().map(([name]) => name)).toEqual([
      'weight',
      'child.weight',
      'child.bias',
    ])
  })

  it('names the layers of a Sequential by their numbers', () => {
    const network = new Sequential(new Conv2d(1, 2, 3, { bias: false }), new ReLU(), new BatchNorm2d(2))
    expect([...network.stateDict()].map(([name, { shape, dtype }]) => [name, shape, dtype])).toEqual([
      ['0.weight', [2, 1, 3, 3], 'float32'],
      ['2.weight', [2], 'float32'],
      ['2.bias', [2], 'float32'],
      ['2.running_mean', [2], 'float32'],
      ['2.running_var', [2], 'float32'],
      ['2.num_batches_tracked', [], 'int32'],
    ])
  })

  it('collects the modules and variables in arrays, plain objects and maps, named by their places', () => {
    class Heads extends Module {
      readonly layers = [new ReLU(), new Linear(1, 1, { bias: false }), [new Linear(1, 1, { bias: false })]]
      readonly heads = { digits: new Linear(1, 2, { bias: false }), note: 'none' }
      readonly byName = new Map([['a', new Linear(1, 3, { bias: false })]])
      readonly scales = [new Parameter([4], constant(1)), buffer([5], 0)]
      readonly sizes = [1, 2, 3]

      override forward(x: Tensor): Tensor {
        return x
      }
    }
    const heads = new Heads()
    expect([...heads.stateDict()].map(([name, { shape }]) => [name, ...shape])).toEqual([
      ['scales.0', 4],
      ['scales.1', 5],
      ['layers.1.weight', 1, 1],
      ['layers.2.0.weight', 1, 1],
      ['heads.digits.weight', 2, 1],
      ['byName.a.weight', 3, 1],
    ])
    expect(heads.evaluate().byName.get('a')!.training).toBe(false)
    expect(heads.parameters().length).toBe(5)
  })

  describe('with a layer that is used twice', () => {
    class Tied extends Module {
      readonly first = new Linear(1, 1, { bias: false })
      readonly again = this.first

      override forward(x: Tensor): Tensor {
        return this.again.forward(this.first.forward(x))
      }
    }

    it('lists it once, but saves it under both names, as PyTorch does', () => {
      const tied = new Tied()
      expect(tied.namedParameters().map(([name]) => name)).toEqual(['first.weight'])
      expect(tied.state()).toEqual([tied.first.weight])
      expect([...tied.modules()]).toEqual([tied, tied.first])
      expect([...tied.stateDict().keys()]).toEqual(['first.weight', 'again.weight'])
      expect(new Tied().loadStateDict(tied.stateDict()).parameters().length).toBe(1)
    })

    it('moves it once in a step', async () => {
      const tied = new Tied()
      tied.first.weight.assign(tensor([[3]]))
      const optimizer = new SGD(tied.parameters(), { lr: 0.5 })
      optimizer.step(grad(tied.forward(tensor([[1]])).sum(), tied.parameters()))
      await realize(tied, optimizer)
      // d w² / dw = 6
      expect(await numbers(tied.first.weight)).toEqual([0])
      const twice = [tied.first.weight, tied.again.weight]
      expect(() => new SGD(twice, { lr: 1 })).toThrow(
        'optimizer: expected each parameter once, but parameters 0 and 1 are the same',
      )
    })
  })

  it('refuses to be a part of itself', () => {
    class Child extends Module {
      parent: Module | undefined
      override forward(x: Tensor): Tensor {
        return x
      }
    }
    const parent = new Child()
    const child = new Child()
    parent.parent = child
    child.parent = parent
    expect(() => parent.parameters()).toThrow('Module: parent.parent contains itself')
  })

  it('refuses to compute with a parameter that no module lists, in the first step', async () => {
    class Hidden extends Module {
      readonly #layer = new Linear(2, 3)
      readonly seen = new Linear(3, 1)

      override forward(x: Tensor): Tensor {
        return this.seen.forward(this.#layer.forward(x))
      }
    }
    const hidden = initialize(new Hidden(), 1)
    const loss = hidden.forward(tensor([[1, 2]])).sum()
    const optimizer = new SGD(hidden.parameters(), { lr: 1 })
    optimizer.step(grad(loss, hidden.parameters()))
    await expect(realize(loss, hidden, optimizer)).rejects.toThrow(
      /^Parameter: a parameter of shape \[3(, 2)?\] has no values yet.*not in private fields/,
    )
  })

  it('switches the mode of all modules below', () => {
    const network = createModel('resnet8')
    const modes = () => new Set([...network.modules()].map(({ training }) => training))
    expect(modes()).toEqual(new Set([true]))
    expect([...network.evaluate().modules()].length).toBeGreaterThan(20)
    expect(modes()).toEqual(new Set([false]))
    network.train()
    expect(modes()).toEqual(new Set([true]))
  })

  it('casts floating variables only, and keeps their numbers', async () => {
    const network = new Sequential(new Linear(2, 1), new BatchNorm2d(2))
    network.loadStateDict(new Map([...network.stateDict(), ['0.weight', tensor([[1.5, -2]])]]))
    network.to('float64')
    const types = [...network.stateDict().values()].map(({ dtype }) => dtype)
    expect(new Set(types.slice(0, -1))).toEqual(new Set(['float64']))
    expect(types.at(-1)).toBe('int32')
    expect(await numbers(network.stateDict().get('0.weight')!)).toEqual([1.5, -2])
  })
})

describe('loadStateDict', () => {
  it('counts missing, unexpected and misshapen tensors, names the first ones, and changes nothing', async () => {
    const layer = new Linear(2, 1)
    layer.loadStateDict(
      new Map([
        ['weight', tensor([[1, 2]])],
        ['bias', tensor([3])],
      ]),
    )
    const wrong = new Map([
      ['weight', tensor([[1], [2]])],
      ['gamma', tensor(1)],
    ])
    expect(() => layer.loadStateDict(wrong)).toThrow(
      'the weights do not fit the network: ' +
        '1 of 2 missing (bias); 1 unexpected (gamma); 1 of another shape (weight is [2, 1], expected [1, 2])',
    )
    expect(await numbers(layer.weight)).toEqual([1, 2])
  })

  it('refuses in a sentence that can be read, whatever is given', () => {
    const name = fc.oneof(
      fc.constantFrom(...createModel('resnet8').stateDict().keys()),
      fc.string({ unit: 'binary', maxLength: 300 }),
    )
    const shape = fc.array(fc.constantFrom(0, 1, 10 ** 9), { maxLength: 64 })
    const given = fc.array(fc.tuple(name, fc.oneof(shape, fc.constant([10 ** 6, 3, 3, 3]))), {
      maxLength: 300,
    })
    const network = createModel('resnet32')
    fc.assert(
      fc.property(given, (entries) => {
        const tensors = entries.map(
          ([name, shape]) => [name, deferredTensor(() => expect.fail('read'), shape, 'float32')] as const,
        )
        const complaint = complaintAbout(network, new Map(tensors))
        expect(complaint).toMatch(/^the weights do not fit the network: \d+ of \d+ missing \(/)
        expect(complaint.length).toBeLessThan(600)
        expect(complaint).not.toMatch(/\p{Cc}/u)
      }),
    )
  })

  it('counts from 0 where a file of old has no count', async () => {
    const layer = new BatchNorm2d(1)
    layer.num_batches_tracked.assign(tensor(5))
    const { num_batches_tracked, ...saved } = Object.fromEntries(new BatchNorm2d(1).stateDict())
    expect(num_batches_tracked.shape).toEqual([])
    layer.loadStateDict(new Map(Object.entries(saved)))
    expect(await layer.num_batches_tracked.item()).toBe(0)
  })

  it('copies: training one network leaves the other alone', async () => {
    const teacher = createModel('resnet8', { classes: 3, channels: 1, seed: 1 })
    const student = createModel('resnet8', { classes: 3, channels: 1, seed: 2 })
    await realize(teacher, student)
    student.loadStateDict(teacher.stateDict())
    await realize(student)
    const before = await numbers(teacher.parameters()[0])
    expect(await numbers(student.parameters()[0])).toEqual(before)

    const optimizer = new SGD(student.parameters(), { lr: 0.1 })
    const images = tensor(
      Float32Array.from({ length: 128 }, (_, i) => Math.sin(i)),
      { shape: [2, 1, 8, 8] },
    )
    for (let step = 0; step < 2; step++) {
      optimizer.step(grad(student.forward(images).logits.square().sum(), student.parameters()))
      await realize(student, optimizer)
    }
    expect(await numbers(teacher.parameters()[0])).toEqual(before)
    expect(await numbers(student.parameters()[0])).not.toEqual(before)
  })
})
