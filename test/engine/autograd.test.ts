import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { detach, grad, gradWhereReached, sum, type Tensor, tensor } from '../../engine/index.ts'
import { shape, tensorOf, tensorsOf } from '../../engine/laws/arbitraries.ts'
import { draw } from '../../engine/laws/call.ts'
import { type Composition, compositions } from './compositions.ts'
import { float64, int32, numbers } from './numbers.ts'

const differentiable = fc.constantFrom(...Object.values(compositions).filter((each) => each.differentiable))

/** For a composed operation at a random point: its output, and the operands that have gradients. */
const recorded = fc
  .tuple(differentiable, fc.nat())
  .map(([{ call, operands }, seed]: [Composition, number]) => {
    const inputs = tensorsOf(draw(operands, seed))
    return { output: call(...inputs), sources: inputs.filter(({ dtype }) => dtype === 'float64') }
  })

async function expectEqual(x: readonly Tensor[], y: readonly Tensor[]): Promise<void> {
  for (const [i, each] of x.entries()) {
    const expected = await numbers(y[i])
    expect(await numbers(each)).toEqual(expected.map((value) => expect.closeTo(value, 9)))
  }
}

describe('grad', () => {
  it('should give a linear combination of outputs the same combination of gradients', () =>
    fc.assert(
      fc.asyncProperty(recorded, async ({ output, sources }) => {
        const [f, g] = [sum(output), sum(output.square())]
        const combined = grad(f.multiply(2).add(g.multiply(-0.5)), sources)
        const [ofF, ofG] = [grad(f, sources), grad(g, sources)]
        await expectEqual(
          combined,
          ofF.map((gradient, i) => gradient.multiply(2).add(ofG[i].multiply(-0.5))),
        )
      }),
    ))

  it('should be that of the sum weighted by the cotangent', () =>
    fc.assert(
      fc.asyncProperty(
        recorded.chain((call) => fc.tuple(fc.constant(call), tensorOf(call.output.shape))),
        async ([{ output, sources }, cotangent]) => {
          const weighted = grad(sum(output.multiply(cotangent)), sources)
          await expectEqual(grad(output, sources, cotangent), weighted)
        },
      ),
    ))

  it('should give a sum ones, and have the shapes of its sources', () =>
    fc.assert(
      fc.asyncProperty(
        shape({ minLength: 0 }).chain((shape) => tensorOf(shape)),
        async (x) => {
          const [gradient] = grad(sum(x), [x])
          expect(gradient.shape).toEqual(x.shape)
          expect(await numbers(gradient)).toEqual(new Array(x.size).fill(1))
        },
      ),
    ))

  it('should add up along all paths, and not grow with their number', async () => {
    const x = float64(1.5)
    let y = x
    for (let i = 0; i < 200; i++) y = y.add(y)
    expect(await numbers(grad(y, [x])[0])).toEqual([2 ** 200])
  })

  it('should reach through a long chain', async () => {
    const x = float64(1)
    let y = x
    for (let i = 0; i < 20_000; i++) y = y.add(0.5)
    expect(await numbers(grad(y, [x])[0])).toEqual([1])
  })

  it('should give gradients with respect to values on the way', async () => {
    const x = float64(3)
    const y = x.square()
    const z = y.multiply(x)
    const gradients = grad(z, [x, y])
    expect(await numbers(gradients[0])).toEqual([27])
    expect(await numbers(gradients[1])).toEqual([3])
  })

  it('should be zero where nothing flows', async () => {
    const [x, other] = [float64([1, 2]), float64([[1], [2]])]
    const [stopped, unrelated, stepped] = [
      grad(sum(detach(x).multiply(2)), [x])[0],
      grad(sum(x), [other])[0],
      grad(sum(x.floor()), [x])[0],
    ]
    expect(await numbers(stopped)).toEqual([0, 0])
    expect(unrelated.shape).toEqual([2, 1])
    expect(await numbers(unrelated)).toEqual([0, 0])
    expect(await numbers(stepped)).toEqual([0, 0])
  })

  it('should be left undefined where nothing flows, if asked so', async () => {
    const [x, y] = [tensor([1, 2]), tensor([3])]
    const [ofX, ofY] = gradWhereReached(x.multiply(x).sum(), [x, y])
    expect([...(await ofX!.data())]).toEqual([2, 4])
    expect(ofY).toBeUndefined()
  })

  it('should differentiate as often as wanted', async () => {
    const x = float64(2)
    let y = x.power(5)
    const derivatives: number[] = []
    for (let order = 1; order <= 6; order++) {
      ;[y] = grad(y, [x])
      derivatives.push(...(await numbers(y)))
    }
    expect(derivatives).toEqual([80, 160, 240, 240, 120, 0])
  })

  it('should refuse an output that is not one floating number', () => {
    const x = float64([1, 2])
    expect(() => grad(x, [x])).toThrow(
      'grad: expected a scalar output, got [2]; for any other shape, pass a cotangent',
    )
    expect(() => grad(int32(1), [x])).toThrow('grad: expected a floating output, got int32')
    expect(() => grad(x, [x], float64([1, 2, 3]))).toThrow('grad: expected a cotangent of shape [2], got [3]')
  })
})
