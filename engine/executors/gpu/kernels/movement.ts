import type { View } from '../../../plan/view.ts'
import { sizeOf } from '../../../shape.ts'
import type { GpuCall } from './calls.ts'
import { elementOf, resultElements } from './elements.ts'
import type { KernelSource, KernelWriter, Target } from './writer.ts'

/** Each element of the result tests whether it comes from the input, and is 0 otherwise. */
export function embedSource(call: GpuCall<'embed'>, target: Target): KernelSource {
  const {
    attributes,
    inputs: [x],
    output,
  } = call
  const starts = attributes.starts
  const steps = attributes.steps
  return resultElements(call, target, (writer, at) => {
    const result = writer.name('s')
    writer.write(`let ${result}=0;`)
    if (sizeOf(x.shape) === 0) return result
    const conditions: string[] = []
    const within = x.shape.map((length, axis) => {
      const distance = Math.abs(steps[axis])
      const away = steps[axis] < 0 ? `${starts[axis]}-${at[axis]}` : `${at[axis]}-${starts[axis]}`
      if (length === 1) {
        if (output.shape[axis] > 1) conditions.push(`${writer.constant(away)}===0`)
        return '0'
      }
      const offset = writer.constant(away)
      const index = distance === 1 ? offset : writer.constant(`Math.floor((${offset}+0.5)/${distance})`, 'q')
      conditions.push(`${index}>=0`, `${index}<${length}`)
      if (distance > 1) conditions.push(`${offset}===${index}*${distance}`)
      return index
    })
    writer.when(conditions, () => writer.write(`${result}=${elementOf(writer, x, within)};`))
    return result
  })
}

/** Each element is read from the operand that its position falls into. */
export function concatenateSource(call: GpuCall<'concatenate'>, target: Target): KernelSource {
  const { attributes, inputs } = call
  const axis = attributes.axis
  return resultElements(call, target, (writer, at) => {
    const result = writer.name('s')
    writer.write(`let ${result}=0;`)
    const position = writer.constant(at[axis])
    let start = 0
    for (const input of inputs) {
      const end = start + input.shape[axis]
      copyWithin(writer, { input, axis, at, position, start, end, result })
      start = end
    }
    return result
  })
}

function copyWithin(
  writer: KernelWriter,
  piece: {
    readonly input: View
    readonly axis: number
    readonly at: readonly string[]
    readonly position: string
    readonly start: number
    readonly end: number
    readonly result: string
  },
): void {
  const { input, axis, at, position, start, end, result } = piece
  if (sizeOf(input.shape) === 0) return
  writer.when([`${position}>=${start}`, `${position}<${end}`], () => {
    const within = at.with(axis, writer.constant(`${position}-${start}`))
    writer.write(`${result}=${elementOf(writer, input, within)};`)
  })
}
