import type { Graph, Operation } from './graph.ts'
import { describe } from './signature.ts'

/**
 * Returns an equivalent graph: equal operations on equal inputs are merged, `detach` is removed (only gradients need it),
 * and so are operations that no output needs.
 */
export function simplify(graph: Graph): Graph {
  const renamed: number[] = graph.inputs.map((_, i) => i)
  const merged: Operation[] = []
  const known = new Map<string, number>()
  for (const operation of graph.operations) {
    const inputs = operation.inputs.map((input) => renamed[input])
    if (operation.name === 'detach') {
      renamed.push(inputs[0])
      continue
    }
    const key = `${operation.name}(${inputs}) ${operation.dtype} [${operation.shape}] ${describe(operation.attributes)}`
    let number = known.get(key)
    if (number === undefined) {
      number = graph.inputs.length + merged.length
      known.set(key, number)
      merged.push({ ...operation, inputs })
    }
    renamed.push(number)
  }
  return dropUnused({
    inputs: graph.inputs,
    operations: merged,
    outputs: graph.outputs.map((output) => ({ ...output, value: renamed[output.value] })),
  })
}

function dropUnused(graph: Graph): Graph {
  const first = graph.inputs.length
  const needed = new Set(graph.outputs.map(({ value }) => value))
  for (let i = graph.operations.length - 1; i >= 0; i--) {
    if (needed.has(first + i)) for (const input of graph.operations[i].inputs) needed.add(input)
  }
  const renamed: number[] = graph.inputs.map((_, i) => i)
  const operations: Operation[] = []
  graph.operations.forEach((operation, i) => {
    renamed.push(first + operations.length)
    if (needed.has(first + i)) {
      operations.push({ ...operation, inputs: operation.inputs.map((input) => renamed[input]) })
    }
  })
  return {
    inputs: graph.inputs,
    operations,
    outputs: graph.outputs.map((output) => ({ ...output, value: renamed[output.value] })),
  }
}
