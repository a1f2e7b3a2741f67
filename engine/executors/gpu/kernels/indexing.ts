import { sizeOf } from '../../../shape.ts'
import type { GpuCall } from './calls.ts'
import { elementOf, resultElements } from './elements.ts'
import { resultSums } from './sums.ts'
import type { KernelSource, Target } from './writer.ts'

/** Each element is read at its index; an index out of range gives the attribute `outside`. */
export function gatherSource(call: GpuCall<'gather'>, target: Target): KernelSource {
  const { attributes, inputs } = call
  const [x, index] = inputs
  const axis = attributes.axis
  return resultElements(call, target, (writer, at) => {
    const position = writer.constant(elementOf(writer, index, at))
    const result = writer.name('s')
    writer.write(`let ${result}=${writer.number(attributes.outside)};`)
    writer.when([`${position}>=0`, `${position}<${x.shape[axis]}`], () => {
      writer.write(`${result}=${elementOf(writer, x, at.with(axis, position))};`)
    })
    return result
  })
}

/** Each element of the result sums the source elements that point at it, so that no two threads write one element. */
export function scatterAddSource(call: GpuCall<'scatterAdd'>, target: Target): KernelSource {
  const { attributes, inputs } = call
  const [source, index] = inputs
  const axis = attributes.axis
  return resultSums(call, target, 1, (writer, all, at) => {
    if (sizeOf(source.shape) === 0) return
    const position = writer.constant(at[axis])
    all.addLoop(source.shape[axis], 1, (sums, i) => {
      const from = at.with(axis, i)
      writer.when([`${elementOf(writer, index, from)}===${position}`], () => {
        sums.add(() => elementOf(writer, source, from))
      })
    })
  })
}
