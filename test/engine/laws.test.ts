import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Program } from '../../engine/executor.ts'
import { add, type Executor, openExecutor, sum, type Tensor } from '../../engine/index.ts'
import {
  broadcastableShapes,
  checkExecutor,
  checkOperation,
  type Expression,
  evaluate,
  expression,
  formatReport,
  type Operation,
  type Report,
  search,
  shape,
  tensorOf,
} from '../../engine/laws/index.ts'
import type { Primitive, Vjp } from '../../engine/operations/primitive.ts'
import { primitiveOf } from '../../engine/operations/primitives.ts'
import type { Graph } from '../../engine/plan/graph.ts'
import { broadcastShapes, sizeOf } from '../../engine/shape.ts'
import { numbers } from './numbers.ts'

const root = join(import.meta.dirname, '../..')

const brokenIn = (report: Report<never>) =>
  report.verdicts.flatMap(({ law, counterexample }) => (counterexample === undefined ? [] : [law.name]))

describe('arbitraries', () => {
  /** Every value and every shrunk one, down one path. */
  function withShrinks<Value>(arbitrary: fc.Arbitrary<Value>, seed: number): Value[] {
    const seen: Value[] = []
    const visit = (value: Value) => {
      seen.push(value)
      return false
    }
    fc.check(fc.property(arbitrary, visit), { seed, numRuns: 1 })
    return seen
  }

  it('should make only shapes within their bounds, shrinks included', () =>
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        for (const each of withShrinks(shape({ minRank: 1, maxRank: 3, minLength: 2, maxLength: 5 }), seed)) {
          expect(each.length).toSatisfy((rank: number) => rank >= 1 && rank <= 3)
          expect(each.every((length) => length >= 2 && length <= 5)).toBe(true)
        }
      }),
    ))

  it('should make only shapes that broadcast together, shrinks included', () =>
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        for (const shapes of withShrinks(broadcastableShapes(3), seed))
          expect(() => broadcastShapes('it', shapes)).not.toThrow()
      }),
    ))

  it('should show a tensor as the call that makes it', () => {
    const found = fc.check(
      fc.property(tensorOf([2], { dtype: 'float32' }), () => false),
      { seed: 1 },
    )
    expect(fc.stringify(found.counterexample![0])).toBe('tensor(Float32Array.from([0,0]), { shape: [2] })')
  })

  it('should make expressions of small finite values, whatever they are applied to', () =>
    fc.assert(
      fc.asyncProperty(
        fc.tuple(
          expression(),
          fc.array(
            shape({ maxRank: 3, maxLength: 4 }).chain((of) => tensorOf(of)),
            { minLength: 1, maxLength: 3 },
          ),
        ),
        async ([steps, inputs]) => {
          const values = evaluate(steps, inputs)
          expect(values.length).toBe(steps.length)
          for (const value of values) {
            expect(value.size).toBeLessThanOrEqual(60)
            for (const number of await numbers(value)) expect(Math.abs(number)).toBeLessThanOrEqual(1)
          }
        },
      ),
    ))

  it('should shrink expressions to the step that matters', async () => {
    const uses = (steps: Expression) => (steps.some(({ step }) => step === 'flip') ? 'flips' : undefined)
    const broken = await search(expression(), uses, { runs: 200, seed: 3 })
    expect(broken?.value).toEqual([{ step: 'flip', a: 0, b: 0 }])
  })
})

describe('checkOperation', () => {
  const one: Operation['examples'] = shape({ maxRank: 2 }).map((shape) => ({ inputs: [{ shape }] }))
  const two: Operation['examples'] = broadcastableShapes(2).map((shapes) => ({
    inputs: shapes.map((shape) => ({ shape })),
  }))
  afterEach(() => vi.restoreAllMocks())

  const check = (operation: Omit<Operation, 'name'>) =>
    checkOperation({ name: 'wrong', ...operation }, { runs: 60, seed: 1 })

  it('should find a gradient that misses a term', async () => {
    const report = await check({ call: ([x]) => x.multiply(x.detach()), examples: one })
    expect(brokenIn(report)).toEqual(['first-order gradient', 'second-order gradient'])
    expect(formatReport(report)).toMatch(
      /BROKEN {2}first-order gradient: .*\n.*\n +gradientCheck of wrong, order 1: input 0 at \[.*\] has the gradient .*, but the central difference is .*\n +for .*"shape":\[\].*\n +case 1 of seed 1/,
    )
  })

  it('should find a gradient whose own gradient is wrong', async () => {
    const call = ([x]: readonly Tensor[]) => {
      const [fixed, slope] = [x.square().detach(), x.multiply(2).detach()]
      return fixed.add(slope.multiply(x.subtract(x.detach())))
    }
    expect(brokenIn(await check({ call, examples: one }))).toEqual(['second-order gradient'])
  })

  it('should find operands that are not repeated to their common shape', async () => {
    const call = ([a, b]: readonly Tensor[]) => add(a, b).divide(sizeOf(a.shape))
    expect(brokenIn(await check({ call, examples: two, broadcasts: true }))).toEqual(['broadcasting'])
  })

  it('should find a vector–Jacobian product that is not linear', async () => {
    vi.spyOn(primitiveOf('tanh') as Primitive<'tanh'> & { vjp: Vjp<'tanh'> }, 'vjp').mockImplementation(
      (gradient) => [gradient.square()],
    )
    const broken = brokenIn(await check({ call: ([x]) => x.tanh(), examples: one }))
    expect(broken).toContain('linearity')
  })

  it('should find an executor that computes something else, alone or fused', async () => {
    const executor = await rewriting((name) => (name === 'sum' ? 'amax' : name))
    const call = ([x]: readonly Tensor[]) => sum(x)
    expect(brokenIn(await check({ call, examples: one, executor }))).toEqual(['reference'])
  })

  it('should find a result that depends on what is planned with it', async () => {
    const wrong = await rewriting((name) => (name === 'exp' ? 'expm1' : name))
    const executor = await choosing((graph, reference) =>
      (graph.operations.length > 6 ? wrong : reference).compile(graph),
    )
    const report = await check({ call: ([x]) => x.exp(), examples: one, executor, differentiable: false })
    expect(brokenIn(report)).toEqual(['fusion'])
  })

  it('should hold an operation only to the laws that it claims', async () => {
    const report = await check({ call: ([a, b]) => a.less(b), examples: two, differentiable: false })
    expect(report.verdicts.map(({ law }) => law.name)).toEqual(['reference', 'fusion'])
    expect(report.holds).toBe(true)
  })

  it('should give the same report for the same seed', async () => {
    const operation = { call: ([x]: readonly Tensor[]) => x.multiply(x.detach()), examples: one }
    expect(formatReport(await check(operation))).toBe(formatReport(await check(operation)))
  })
})

describe('checkExecutor', () => {
  it('should hold of the reference itself', async () => {
    const { executor } = await openExecutor('reference')
    const report = await checkExecutor(executor, { runs: 10, seed: 1 })
    expect(brokenIn(report)).toEqual([])
    expect(report.holds).toBe(true)
  })

  it('should name the primitive that an executor computes wrongly, and show both values', async () => {
    const executor = await rewriting((name) => (name === 'maximum' ? 'minimum' : name))
    const report = await checkExecutor(executor, { runs: 20, seed: 1 })
    expect(brokenIn(report)).toEqual(['maximum'])
    expect(formatReport(report)).toMatch(/result 0 at \[.*\] is .*, expected .*\n/)
  })

  it('should find an executor that does not compute twice the same', async () => {
    const wrong = await rewriting((name) => (name === 'tanh' ? 'sin' : name))
    let runs = 0
    const executor = await choosing(async (graph, reference) => {
      const programs = [await reference.compile(graph), await wrong.compile(graph)]
      return { ...programs[0], run: (inputs) => programs[runs++ % 2].run(inputs) }
    })
    expect(brokenIn(await checkExecutor(executor, { runs: 20, seed: 1 }))).toContain('repetition')
  })
})

describe('search', () => {
  it('should take an error for a complaint', async () => {
    const throws = () => {
      throw new Error('does not work')
    }
    expect(await search(fc.nat(), throws, { runs: 5, seed: 1 })).toMatchObject({
      value: 0,
      complaint: 'does not work',
      runs: 1,
      seed: 1,
    })
  })
})

/** What a program prints that vitest does not run. */
function printedBy(source: string): string {
  return execFileSync(process.execPath, ['--input-type=module', '--eval', source], {
    cwd: root,
    env: { ...process.env, VITEST: '' },
    encoding: 'utf8',
  })
}

describe('the example in the README', () => {
  const readme = readFileSync(join(root, 'engine/laws/README.md'), 'utf8')

  it('should print what the README says', () => {
    const [, code] = readme.match(/```ts\n([\s\S]*?)```/)!
    const [, output] = readme.match(/prints\n\n```\n([\s\S]*?)```/)!
    expect(printedBy(code.replaceAll(/'thermograd\/([a-z/]+)'/g, "'./$1/index.ts'"))).toBe(output)
  })
})

describe('describeExecutor', () => {
  it('should say that it needs a test framework', () => {
    const source = `
      import { describeExecutor } from './engine/laws/index.ts'
      try { describeExecutor('mine', () => undefined) } catch (error) { console.log(error.message) }`
    expect(printedBy(source)).toBe(
      "describeExecutor: expected to run under vitest, Jest or mocha, or to get { describe, it } of another framework as the option 'framework'; elsewhere, call checkExecutor\n",
    )
  })
})

/** The reference executor with other operations instead of some. */
async function rewriting(replace: (name: string) => string): Promise<Executor> {
  return choosing((graph, executor) => {
    const operations = graph.operations.map((each) => ({ ...each, name: replace(each.name) }))
    return executor.compile({ ...graph, operations } as Graph)
  })
}

/** The reference executor with another way to compile. */
async function choosing(compile: (graph: Graph, reference: Executor) => Promise<Program>): Promise<Executor> {
  const { executor } = await openExecutor('reference')
  return {
    name: 'wrong',
    modes: {},
    compile: (graph) => compile(graph, executor),
    upload: (data) => executor.upload(data),
    read: (storage) => executor.read(storage),
  }
}
