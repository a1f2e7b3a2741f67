import type { Window } from '../../../operations/attributes.ts'
import type { KernelWriter } from './writer.ts'

/** A window along one axis of maps. */
export interface WindowAxis {
  readonly taps: number
  readonly stride: number
  readonly padding: number
  readonly dilation: number
  readonly length: number
}

/** Returns the windows along height and width, with `taps` taps over axes of `lengths`. */
export function windowAxes(
  { stride, padding, dilation }: Window,
  taps: readonly number[],
  lengths: readonly number[],
): WindowAxis[] {
  return [0, 1].map((axis) => ({
    taps: taps[axis],
    stride: stride[axis],
    padding: padding[axis],
    dilation: dilation[axis],
    length: lengths[axis],
  }))
}

/** The input position that a tap of an output pixel reads along one axis, and the conditions that it is not padding. */
export interface TapInput {
  readonly position: string
  readonly inside: readonly string[]
}

/** Returns the input position that a tap of output pixel `output` reads. */
export function tapInput(
  writer: KernelWriter,
  { stride, padding, dilation, length }: WindowAxis,
  output: string,
  tap: string,
): TapInput {
  const position = writer.constant(`${output}*${stride}+${tap}*${dilation}-${padding}`, 'p')
  return { position, inside: padding === 0 ? [] : [`${position}>=0`, `${position}<${length}`] }
}

/** Returns the element that a tap reads, or 0 in the padding. */
export function elementOrZero(writer: KernelWriter, inputs: readonly TapInput[], element: string): string {
  const conditions = inputs.flatMap(({ inside }) => inside)
  if (conditions.length === 0) return writer.constant(element)
  const seen = writer.name('v')
  writer.write(`let ${seen}=${writer.number(0)};`)
  writer.when(conditions, () => writer.write(`${seen}=${element};`))
  return seen
}

/**
 * Loops over the taps of output pixel `output` that are not in the padding. The body takes the input position and the tap.
 */
export function tapsAlong(
  writer: KernelWriter,
  output: string,
  axis: WindowAxis,
  body: (input: string, tap: string) => void,
): void {
  writer.loop(axis.taps, (tap) => {
    const { position, inside } = tapInput(writer, axis, output, tap)
    writer.when(inside, () => body(position, tap))
  })
}

/** Runs the body on the output pixel that reads an input pixel through a tap, if there is one. */
export function withReader(
  writer: KernelWriter,
  { stride, padding, dilation, length }: WindowAxis,
  input: string,
  tap: string,
  body: (output: string) => void,
): void {
  const position = writer.constant(`${input}+${padding}-${tap}*${dilation}`, 'p')
  const output = stride === 1 ? position : writer.constant(`Math.floor((${position}+0.5)/${stride})`, 'q')
  const divides = stride === 1 ? [] : [`${position}===${output}*${stride}`]
  writer.when([...divides, `${output}>=0`, `${output}<${length}`], () => body(output))
}
