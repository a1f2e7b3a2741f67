import fc from 'fast-check'
import { describe, it } from 'vitest'
import { add, type Executor, grad, realizeOn, type Tensor } from '../../engine/index.ts'
import { tensorsOf } from '../../engine/laws/arbitraries.ts'
import { callsLike, draw } from '../../engine/laws/call.ts'
import { inFloat32 } from '../../engine/laws/comparison.ts'
import type { Attributes } from '../../engine/operations/attributes.ts'
import { applyAny, type Example } from '../../engine/operations/primitive.ts'
import { primitives } from '../../engine/operations/primitives.ts'
import { expectClose, largest } from '../referenceCases/precision.ts'
import { compositions } from './compositions.ts'
import { reference } from './numbers.ts'

interface Operation {
  readonly name: string
  readonly call: (inputs: readonly Tensor[], attributes: Attributes) => Tensor
  readonly examples: readonly Example[]
}

const operations: readonly Operation[] = [
  ...primitives
    .filter(({ vjp }) => vjp !== 'none')
    .map((primitive) => ({
      name: primitive.name,
      call: (inputs: readonly Tensor[], attributes: Attributes) => applyAny(primitive, inputs, attributes),
      examples: primitive.examples,
    })),
  ...Object.entries(compositions)
    .filter(([, { differentiable }]) => differentiable)
    .map(([name, { call, operands, kinks }]) => ({
      name: `the composed ${name}`,
      call: (inputs: readonly Tensor[]) => call(...inputs),
      examples: [{ inputs: operands, kinks }],
    })),
]

/** Numbers to weigh those of a tensor with. */
function weightsFor({ shape, dtype }: Tensor, seed: number): Tensor {
  return tensorsOf(draw([{ shape, dtype }], seed, dtype))[0]
}

/** f(x), its gradient ∇⟨c, f⟩, and the gradient of that, ∇⟨d, ∇⟨c, f⟩⟩; of integers f(x) alone. */
function withGradients(output: Tensor, inputs: readonly Tensor[]): Tensor[] {
  const sources = inputs.filter(({ dtype }) => dtype === 'float32')
  if (output.dtype !== 'float32' || sources.length === 0) return [output]
  const first = grad(output, sources, weightsFor(output, 1))
  const slope = first.map((gradient, i) => gradient.multiply(weightsFor(gradient, 2 + i)).sum()).reduce(add)
  return [output, ...first, ...grad(slope, sources)]
}

async function computed(tensors: readonly Tensor[], executor: Executor): Promise<number[][]> {
  await realizeOn(executor, ...tensors)
  return Promise.all(tensors.map(async (each) => Array.from(await each.data())))
}

/**
 * Holds gradients to those of the reference executor, which `operationLaws.test.ts` holds to central differences. Sums
 * may cancel, so the largest number that is computed gives the scale of all roundings.
 */
export function describeGradients(
  executors: readonly { readonly name: string; readonly open: () => Executor }[],
): void {
  describe.each(executors)('on the $name gradients of the first and the second order', ({ open }) => {
    it.each(operations)('should be those of float64: $name', ({ call, examples }) =>
      fc.assert(
        fc.asyncProperty(
          callsLike(fc.constantFrom(...examples), 'float32'),
          async ({ inputs, attributes = {} }) => {
            const results = () => {
              const tensors = tensorsOf(inputs)
              return withGradients(call(tensors, attributes), tensors)
            }
            const expected = await computed(results(), reference)
            const got = await computed(results(), open())
            const scale = largest(expected.flat())
            for (const [i, numbers] of expected.entries())
              expectClose(`result ${i}`, got[i], numbers, inFloat32.relative, { scale })
          },
        ),
        { numRuns: 2 * examples.length },
      ),
    )
  })
}
