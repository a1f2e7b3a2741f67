import type { GpuCall } from './calls.ts'
import { elementOf, resultElements } from './elements.ts'
import type { KernelSource, KernelWriter, Target } from './writer.ts'

/** Each thread looks along the axis. */
export function argmaxSource(call: GpuCall<'argmax'>, target: Target): KernelSource {
  const {
    attributes,
    inputs: [x],
  } = call
  const axis = attributes.axis
  return resultElements(call, target, (writer, at) => {
    const search = beginSearch(writer)
    writer.loop(x.shape[axis], (i) => search.meet(elementOf(writer, x, at.with(axis, i)), i))
    return search.place
  })
}

/** A search for the first largest element, NaN being the largest; `place` is −1 until one has been met. */
export function beginSearch(writer: KernelWriter): {
  readonly place: string
  meet(element: string, place: string): void
} {
  const [best, place] = [writer.name('s'), writer.name('s')]
  writer.write(`let ${best}=0;`, `let ${place}=0-1;`)
  return {
    place,
    meet: (element, at) => {
      const value = writer.constant(element)
      const isLarger = `${value}>${best}||(!(${value}===${value})&&${best}===${best})`
      writer.when([`(${place}<0||${isLarger})`], () => writer.write(`${best}=${value};`, `${place}=${at};`))
    },
  }
}
