import { describe, expect, it } from 'vitest'
import { exact } from '../../../kd/laws/formulas/temperatureRules.ts'
import { judge, lawsOf, subjectOf } from '../../../kd/laws/index.ts'
import { dtkd, withTemperatures } from './mutants/plain.ts'

describe('the cost of laws', () => {
  /** How often the logits are read to find the slope of exact temperatures. */
  function readsFor(classes: number): number {
    let reads = 0
    const counting: ProxyHandler<number[]> = {
      get(row, name, receiver) {
        reads++
        return Reflect.get(row, name, receiver)
      },
    }
    const [v, u] = [0.3, 0.7].map((by) => Array.from({ length: classes }, (_, i) => Math.sin(by * i)))
    exact(4).slope(new Proxy(v, counting), u)
    return reads
  }

  it('should grow in proportion to the classes for the gradient through exact temperatures', () => {
    expect(readsFor(400)).toBeLessThan(11 * readsFor(40))
  })

  it('should be one call of the temperatures for each sample and one for the batch', async () => {
    let calls = 0
    const { loss, temperatures } = withTemperatures(dtkd)
    const counted: typeof temperatures = (student, teacher) => {
      calls++
      return temperatures(student, teacher)
    }
    const options = { rows: { min: 8, max: 8 } }
    const subject = await subjectOf({ loss, temperatures: counted }, 'dtkd', options)
    const law = lawsOf(subject.profile).find(({ name }) => name === 'temperatures-row-independence')!
    await judge(law, subject, { runs: 10, seed: 1 })
    expect(calls).toBe(10 * (8 + 1))
  })
})
