import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { grad, multiply, realize, type Tensor, tensor, variable } from '../../engine/index.ts'
import {
  type AnyModule,
  BatchNorm2d,
  buffer,
  Conv2d,
  constant,
  initialize,
  Linear,
  Module,
  ownershipCheck,
  Parameter,
  SGD,
} from '../../nn/index.ts'
import { useReference } from './reference.ts'

beforeAll(useReference)

const seenPlaces = ['property', 'array', 'object', 'map'] as const
const hiddenPlaces = ['private', 'closure', 'set'] as const
type Place = (typeof seenPlaces)[number] | (typeof hiddenPlaces)[number]

const layers = {
  convolution: { make: () => new Conv2d(2, 2, 1), parameters: 2, variables: 0 },
  norm: { make: () => new BatchNorm2d(2), parameters: 2, variables: 3 },
}

interface Part {
  readonly kind: keyof typeof layers
  readonly place: Place
}

/** Layers one after the other, each of which has initialized itself, held in all the places that JavaScript has. */
class Patchwork extends Module {
  readonly property: Readonly<Record<string, Module>>
  readonly array: readonly Module[]
  readonly map: ReadonlyMap<string, Module>
  readonly object: { readonly inner: readonly Module[] }
  readonly set: ReadonlySet<Module>
  readonly #layers: readonly Module[]

  constructor(parts: readonly Part[]) {
    super()
    const made = parts.map(({ kind, place }) => ({ place, layer: initialize(layers[kind].make(), 1) }))
    const at = (wanted: Place) => made.filter(({ place }) => place === wanted).map(({ layer }) => layer)
    this.property = Object.fromEntries(at('property').map((layer, i) => [`layer${i}`, layer]))
    this.array = at('array')
    this.map = new Map(at('map').map((layer, i) => [`${i}`, layer]))
    this.object = { inner: at('object') }
    this.set = new Set(at('set'))
    this.#layers = made.map(({ layer }) => layer)
  }

  override forward(x: Tensor): Tensor {
    return this.#layers.reduce((maps, layer) => layer.forward(maps), x)
  }
}

const maps = tensor(
  Float32Array.from({ length: 16 }, (_, i) => Math.sin(i)),
  { shape: [2, 2, 2, 2] },
)
const lossOf = (module: Module) => module.forward(maps).square().mean()

function complaintAbout(module: Module, others: readonly AnyModule[] = []): string {
  try {
    ownershipCheck(() => lossOf(module), [module, ...others])
  } catch (error) {
    return (error as Error).message
  }
  return ''
}

describe('ownershipCheck', () => {
  it('counts the parameters and buffers that no module lists, wherever they are held', () => {
    const parts = fc.array(
      fc.record({
        kind: fc.constantFrom('convolution' as const, 'norm' as const),
        place: fc.constantFrom<Place>(...seenPlaces, ...hiddenPlaces),
      }),
      { maxLength: 6 },
    )
    fc.assert(
      fc.property(parts, (given) => {
        const hidden = given.filter(({ place }) => hiddenPlaces.some((each) => each === place))
        const total = (what: 'parameters' | 'variables') =>
          hidden.reduce((sum, { kind }) => sum + layers[kind][what], 0)
        const expected = [
          ...(total('parameters') > 0 ? [`uses ${total('parameters')} untrained parameters (`] : []),
          ...(total('variables') > 0 ? [`assigns ${total('variables')} unsaved variables (`] : []),
        ]
        const complaint = complaintAbout(new Patchwork(given))
        if (expected.length === 0) expect(complaint).toBe('')
        for (const text of expected) expect(complaint).toContain(text)
      }),
    )
  })

  it('names them as `initialize` did, and says where to hold them', () => {
    class Hidden extends Module {
      readonly #layer = initialize(new Linear(2, 3), 1)
      readonly seen = initialize(new Linear(2, 2), 1)

      override forward(x: Tensor): Tensor {
        return this.#layer.forward(this.seen.forward(x.reshape([-1, 2])))
      }
    }
    const complaint = complaintAbout(new Hidden())
    expect(complaint).toMatch(
      /^ownershipCheck: the loss uses 2 untrained parameters \((.*), (.*)\), which no module owns\. .*public properties/,
    )
    expect(complaint).toContain('weight of Linear [3, 2]')
    expect(complaint).toContain('bias of Linear [3]')
  })

  it('sees a variable that recording assigns, even where only evaluation reads it', () => {
    class Counting extends Module {
      readonly #mean = buffer([2], 0)
      override forward(x: Tensor): Tensor {
        if (!this.training) return x.subtract(this.#mean.reshape([1, 2, 1, 1]))
        this.#mean.assign(x.mean([0, 2, 3]))
        return x
      }
    }
    expect(complaintAbout(new Counting())).toContain(
      'the loss assigns 1 unsaved variable ([2]), which no module owns',
    )
    expect(complaintAbout(new Counting().evaluate())).toBe('')
  })

  it('allows what no gradient reaches, what is listed elsewhere, and variables that others assign', () => {
    const teacher = initialize(new Conv2d(2, 2, 1), 1)
    const share = variable(tensor(0.5))
    class Student extends Module {
      readonly layer = initialize(new Conv2d(2, 2, 1), 2)
      readonly #forward: (x: Tensor) => Tensor
      constructor(ofTeacher: (x: Tensor) => Tensor) {
        super()
        this.#forward = ofTeacher
      }
      override forward(x: Tensor): Tensor {
        return this.layer.forward(x).subtract(this.#forward(x)).multiply(share)
      }
    }
    expect(complaintAbout(new Student((x) => teacher.forward(x).detach()))).toBe('')
    expect(complaintAbout(new Student((x) => teacher.forward(x)))).toContain('2 untrained parameters')
    expect(complaintAbout(new Student((x) => teacher.forward(x)), [teacher])).toBe('')
  })

  it('returns what forward does, and sees through values that are pending, realized and cast', async () => {
    const hidden = new Parameter([1], constant(2))
    hidden.assign(tensor([2]))
    const seen = initialize(new Linear(1, 1), 1)
    const loss = () => multiply(seen.forward(hidden.reshape([1, 1])), hidden).sum()
    const refused = () =>
      expect(() => ownershipCheck(loss, [seen])).toThrow('uses 1 untrained parameter ([1])')
    refused()
    const all = [...seen.parameters(), hidden]
    const optimizer = new SGD(all, { lr: 0.1 })
    const value = loss()
    optimizer.step(grad(value, all))
    refused()
    await realize(value, seen, hidden, optimizer)
    refused()
    seen.to('float64')
    refused()
    class Owner extends Module {
      readonly hidden = hidden
      override forward(x: Tensor): Tensor {
        return x
      }
    }
    const result = { loss: loss(), other: 1 }
    expect(ownershipCheck(() => result, [seen, new Owner()])).toBe(result)
  })
})
