import { describe, it } from 'vitest'
import { grad, realizeOn, type Tensor, tensor, type Variable, variable } from '../../engine/index.ts'
import { Adam, AdamW, type Optimizer, SGD } from '../../nn/index.ts'
import { fill } from './fill.ts'
import { notRun } from './notRun.ts'
import { expectClose, type Precision } from './precision.ts'

export interface OptimizerCase {
  /** As in `sgd lr=0.05 momentum=0.9 nesterov`. */
  readonly name: string
  /** The parameter after each step. */
  readonly steps: readonly number[][]
}

const constructors = { sgd: SGD, adam: Adam, adamw: AdamW }

function makeOptimizer(name: string, parameters: Variable[]): Optimizer {
  const [kind, ...words] = name.split(' ')
  const options = Object.fromEntries(
    words.map((word) => {
      const [option, value] = word.split('=')
      return [option, value === undefined ? true : Number(value)]
    }),
  )
  return new constructors[kind as keyof typeof constructors](parameters, options as { lr: number })
}

const shape = [3, 5]

/** Steps of an optimizer down Σ sin(p c) + ½ Σ p², c another one in each step. */
export function describeOptimizers(cases: readonly OptimizerCase[], precisions: readonly Precision[]): void {
  describe.each(precisions)('on the $name', (precision) => {
    const { dtype, losses: tolerance } = precision
    const filled = (k: number, scale: number): Tensor => tensor(fill(shape, k, scale), { dtype, shape })

    for (const { name, steps } of cases) {
      if (!Object.hasOwn(constructors, name.split(' ')[0])) {
        notRun(`${name} on the ${precision.name}`, 'there is no such optimizer')
        continue
      }
      it(name, async () => {
        const executor = await precision.open()
        const parameter = variable(filled(777, 1))
        const optimizer = makeOptimizer(name, [parameter])
        for (const [i, expected] of steps.entries()) {
          const loss = parameter
            .multiply(filled(800 + i, 2))
            .sin()
            .sum()
            .add(parameter.square().sum().multiply(0.5))
          optimizer.step(grad(loss, [parameter]))
          await realizeOn(executor, parameter, optimizer)
          expectClose(`step ${i + 1}`, await parameter.data(), expected, tolerance)
        }
      })
    }
  })
}
