import type { GpuCall } from './calls.ts'
import { elementOf, resultElements } from './elements.ts'
import type { KernelSource, KernelWriter, Target } from './writer.ts'

/** Each thread searches one row along the axis. */
export function argmaxSource(call: GpuCall<'argmax'>, target: Target): KernelSource {
  const {
    attributes,
    inputs: [x],
  } = call
  const axis = attributes.axis
  return resultElements(call, target, (writer, at) => {
    const argmax = beginArgmax(writer)
    writer.loop(x.shape[axis], (i) => argmax.update(elementOf(writer, x, at.with(axis, i)), i))
    return argmax.index
  })
}

/** A running argmax: the index of the first largest element, NaN being the largest; −1 before the first `update`. */
export function beginArgmax(writer: KernelWriter): {
  readonly index: string
  update(element: string, index: string): void
} {
  const [best, index] = [writer.name('s'), writer.name('s')]
  writer.write(`let ${best}=0;`, `let ${index}=0-1;`)
  return {
    index,
    update: (element, at) => {
      const value = writer.constant(element)
      const isLarger = `${value}>${best}||(!(${value}===${value})&&${best}===${best})`
      writer.when([`(${index}<0||${isLarger})`], () => writer.write(`${best}=${value};`, `${index}=${at};`))
    },
  }
}
