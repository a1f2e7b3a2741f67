import { anInstance, arrayOf, check, count, largestCount, type Rule, whole } from '../base/arguments.ts'
import { Tensor, Variable } from '../engine/index.ts'

export const tensorRule: Rule = anInstance('a tensor', Tensor)

export const variables: Rule = arrayOf(anInstance('a variable', Variable))

/** Tensors by name. */
export const tensorsByName: Rule = {
  expected: 'a Map of tensors by name',
  allows: (value) =>
    value instanceof Map &&
    [...value].every(([name, each]) => typeof name === 'string' && each instanceof Tensor),
}

export const bytesRule: Rule = anInstance('a Uint8Array', Uint8Array)

/** Channels, height and width. */
export const imageRule: Rule = arrayOf(count, 3)

export const shapeRule: Rule = arrayOf(whole(0, largestCount))

/** A number of classes or channels, up to more than any network has. */
export const widthRule = whole(1, 2 ** 24)

/** Throws unless each value is a tensor, with `rank` axes if given. */
export function checkTensors(operation: string, tensors: object, rank?: number): void {
  for (const [name, value] of Object.entries(tensors)) {
    const rule = rank === undefined ? tensorRule : tensorOf(rank)
    check(operation, name, value, rule)
  }
}

/** A tensor with `rank` axes. */
export function tensorOf(rank: number): Rule {
  return {
    expected: `a tensor of ${rank} ax${rank === 1 ? 'i' : 'e'}s`,
    allows: (value) => value instanceof Tensor && value.rank === rank,
  }
}

/** The depth of a network with `perBlock` layers in each of n blocks and `others` outside. */
export function depthRule(perBlock: number, others: number): Rule {
  return {
    expected: `${perBlock} n + ${others} for an integer n ≥ 1`,
    allows: (value) => {
      if (typeof value !== 'number') return false
      const blocks = (value - others) / perBlock
      return Number.isInteger(blocks) && blocks >= 1 && value < 10_000
    },
  }
}
