import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  deviceNames,
  type Executor,
  grad,
  openExecutor,
  realizeOn,
  type Tensor,
  tensor,
  variable,
  withoutAssignments,
} from '../../engine/index.ts'
import { literal } from '../../engine/operations/constants.ts'
import type { Graph } from '../../engine/plan/graph.ts'

/** Those that need no GPU. */
const executors = deviceNames.filter((name) => !['auto', 'gpu', 'webgpu'].includes(name))

describe.each(executors)('variables on the %s executor', (name) => {
  const open = async () => (await openExecutor(name)).executor

  const read = async (x: Tensor) => Array.from(await x.data({ executor: await open() }))
  const realize = async (...tensors: Tensor[]) => realizeOn(await open(), ...tensors)

  it('should have the assigned value at once, and hold it once realized', async () => {
    const count = variable(tensor([1, 2]))
    count.assign(count.add(10))
    expect(await read(count.multiply(2))).toEqual([22, 24])
    await realize(count)
    expect(count.node.inputs).toEqual([])
    expect(await read(count)).toEqual([11, 12])
  })

  it('should take numbers of another type, whether or not the executor has it', async () => {
    const x = variable(tensor([0, 0]))
    x.assign(tensor(Float64Array.of(1 / 3, 2)))
    expect(x.dtype).toBe('float32')
    expect(await read(x)).toEqual([Math.fround(1 / 3), 2])
    x.assign(tensor(Int32Array.of(7, -8)))
    expect(await read(x)).toEqual([7, -8])
  })

  it('should take every assignment exactly once, whatever is read and realized between', () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom('assign', 'realize', 'read')), async (steps) => {
        const total = variable(tensor([0, 100]))
        for (const step of steps) {
          if (step === 'assign') total.assign(total.add(1))
          else if (step === 'realize') await realize(total)
          else await read(total)
        }
        const added = steps.filter((step) => step === 'assign').length
        expect(await read(total)).toEqual([added, 100 + added])
      }),
    ))

  it('should have the values from before again after withoutAssignments, also where that threw', async () => {
    const [total, other] = [variable(tensor([1])), variable(tensor([2]))]
    other.assign(other.add(1))
    const during = withoutAssignments(() => {
      for (let i = 0; i < 2; i++) total.assign(total.add(10))
      other.assign(total)
      return other.multiply(2)
    })
    const failing = () => {
      total.assign(other)
      throw new RangeError('on purpose')
    }
    expect(() => withoutAssignments(failing)).toThrow(RangeError)
    expect(await read(during)).toEqual([42])
    expect([await read(total), await read(other)]).toEqual([[1], [3]])
  })

  it('should keep no history of the values before', async () => {
    const total = variable(tensor([0]))
    for (let step = 0; step < 5; step++) {
      total.assign(total.add(1))
      if (step % 2 === 0) await realize(total)
      else await read(total)
      expect(total.node.inputs).toEqual([])
    }
  })

  it('should leave lazy tensors of the earlier value as they were', async () => {
    const x = variable(tensor([3]))
    const before = x.square()
    const itself = x.reshape([1])
    x.assign(tensor([5]))
    expect(await read(before)).toEqual([9])
    expect(await read(itself)).toEqual([3])
    expect(await read(x.square())).toEqual([25])
  })

  it('should throw if a lazy tensor needs a value that was overwritten', async () => {
    const x = variable(tensor([3]))
    await realize(x)
    const before = x.square()
    x.assign(x.add(1))
    await realize(x)
    await expect(read(before)).rejects.toThrow(
      'a tensor depends on a value of a variable of shape [1] that has been overwritten: ' +
        'realize the tensor before, or together with, the assigned variable',
    )
  })

  it('should realize a lazy tensor of the earlier value together with the new value', async () => {
    const x = variable(tensor([3]))
    await realize(x)
    const before = x.square()
    x.assign(x.add(1))
    await realize(x, before)
    expect([await read(before), await read(x)]).toEqual([[9], [4]])
  })

  it('should swap two variables in one run', async () => {
    const a = variable(tensor([1, 2]))
    const b = variable(tensor([3, 4]))
    await realize(a, b)
    const former = a.detach()
    a.assign(b)
    b.assign(former)
    await realize(a, b)
    expect([await read(a), await read(b)]).toEqual([
      [3, 4],
      [1, 2],
    ])
  })

  it('should rotate variables, each new value made of the old ones', async () => {
    const [a, b, c] = [1, 2, 3].map((value) => variable(tensor([value])))
    for (let round = 0; round < 3; round++) {
      const [x, y, z] = [a.multiply(1), b.multiply(1), c.multiply(1)]
      a.assign(y.add(z))
      b.assign(z.add(x))
      c.assign(x.add(y))
      await realize(a, b, c)
    }
    // Each round maps (a, b, c) to the sums of two, from (1, 2, 3) by (5, 4, 3) and (7, 8, 9).
    expect([await read(a), await read(b), await read(c)]).toEqual([[17], [16], [15]])
  })

  it('should not share memory with another variable or tensor of the same value', async () => {
    const first = variable(tensor([1]))
    const lazy = first.add(1)
    const [second, third, fourth] = [variable(first), variable(lazy), variable(tensor([0]))]
    fourth.assign(lazy)
    await realize(first, lazy)
    await realize(second, third, fourth)
    for (const x of [first, second, third, fourth]) x.assign(x.multiply(10))
    await realize(first, second, third, fourth)
    const all = [first, second, third, fourth, lazy]
    expect(await Promise.all(all.map(read))).toEqual([[10], [10], [20], [20], [2]])
  })

  it('should not share memory with a tensor that is the variable reshaped to its own shape', async () => {
    const x = variable(tensor([1]))
    x.assign(x.add(1))
    const before = x.reshape([1])
    await realize(before)
    await realize(x)
    x.assign(x.add(1))
    await realize(x)
    expect([await read(before), await read(x)]).toEqual([[2], [3]])
  })

  it('should keep what is assigned while the executor is at work', async () => {
    const executor = await open()
    const x = variable(tensor([1]))
    x.assign(x.add(1))
    const reading = x.data({ executor })
    x.assign(x.multiply(10))
    expect(Array.from(await reading)).toEqual([2])
    const realizing = realizeOn(executor, x)
    x.assign(tensor([7]))
    await realizing
    await realize(x)
    x.assign(x.add(1))
    await realize(x)
    expect(await read(x)).toEqual([8])
  })

  it('should use a realized tensor like any other', async () => {
    const x = tensor([1, 2]).add(1)
    await realize(x)
    expect(await read(x.add(x))).toEqual([4, 6])
    expect(await read(x)).toEqual([2, 3])
  })

  it('should move to another executor with its value', async () => {
    const x = variable(tensor([1, 2]))
    x.assign(x.add(1))
    await realize(x)
    const other = await openExecutor(executors.find((each) => each !== name)!)
    x.assign(x.add(1))
    await realizeOn(other.executor, x)
    x.assign(x.add(1))
    await realize(x)
    expect(await read(x)).toEqual([4, 5])
  })

  it('should cast what is assigned to its type', async () => {
    const count = variable(tensor([0], { dtype: 'int32' }))
    count.assign(tensor([2.75]))
    expect(count.dtype).toBe('int32')
    expect(await read(count)).toEqual([2])
  })

  it('should refuse a value of another shape', () => {
    const x = variable(tensor([1, 2]))
    expect(() => x.assign(tensor([1, 2, 3]))).toThrow('assign: expected [2], got [3]')
  })

  it('should compile a repeated step once', async () => {
    const counting = new CountingExecutor(await open())
    const x = variable(tensor([0]))
    for (let step = 0; step < 6; step++) {
      x.assign(x.multiply(0.5).add(tensor(step)))
      await realizeOn(counting, x)
    }
    expect(counting.compiled).toBe(1)
  })

  it('should compile a repeated step once, whether its variables have their first values or were assigned others', async () => {
    const counting = new CountingExecutor(await open())
    const [x, y] = [variable(tensor([0])), variable(tensor([0]))]
    y.assign(tensor([1]))
    for (let step = 0; step < 3; step++) {
      x.assign(x.add(y))
      y.assign(y.multiply(2))
      await realizeOn(counting, x, y)
    }
    expect(counting.compiled).toBe(1)
    expect([await read(x), await read(y)]).toEqual([[7], [8]])
  })

  it('should compile a computation once, whatever numbers were used before it', async () => {
    const counting = new CountingExecutor(await open())
    const computed = () => tensor([3]).multiply(0.3125).add(0.8125).data({ executor: counting })
    expect([...(await computed())]).toEqual([1.75])
    tensor([1]).add(0.8125).multiply(0.3125)
    await computed()
    expect(counting.compiled).toBe(1)
  })

  it('should keep the sign of a zero operand, and not mistake a type', async () => {
    const ones = tensor([1, -1])
    expect(await read(ones.divide(0))).toEqual([Infinity, -Infinity])
    expect(await read(ones.divide(-0))).toEqual([-Infinity, Infinity])
    expect(await read(ones.divide(0))).toEqual([Infinity, -Infinity])
    expect(tensor([1], { dtype: 'int32' }).add(1).dtype).toBe('int32')
    expect(tensor([1], { dtype: 'float64' }).add(1).dtype).toBe('float64')
  })

  it('should not add the gradients of a number operand to those of an equal literal', async () => {
    const two = literal(2)
    const [gradient] = grad(tensor(5).multiply(2).multiply(two), [two])
    expect(await gradient.item()).toBe(10)
  })
})

/** Counts the graphs that another executor is given. */
class CountingExecutor implements Executor {
  readonly name = 'counting'
  readonly modes = {}
  readonly inner: Executor
  compiled = 0

  constructor(inner: Executor) {
    this.inner = inner
  }

  compile(graph: Graph) {
    this.compiled++
    return this.inner.compile(graph)
  }

  upload(data: Parameters<Executor['upload']>[0]) {
    return this.inner.upload(data)
  }

  read(storage: Parameters<Executor['read']>[0]) {
    return this.inner.read(storage)
  }
}
