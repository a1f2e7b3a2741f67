import type { Window } from '../../../operations/attributes.ts'
import type { KernelWriter } from './writer.ts'

/** A window along one axis of maps of this length. */
export interface WindowAxis {
  readonly taps: number
  readonly stride: number
  readonly padding: number
  readonly dilation: number
  readonly length: number
}

/** The windows along height and along width: `taps` of them over `lengths`. */
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

/** Where an output pixel looks through a tap along one axis, and what holds if that is not in the padding. */
export interface Sight {
  readonly input: string
  readonly inside: readonly string[]
}

/** What output pixel `output` sees through a tap. */
export function sightThrough(
  writer: KernelWriter,
  { stride, padding, dilation, length }: WindowAxis,
  output: string,
  tap: string,
): Sight {
  const input = writer.constant(`${output}*${stride}+${tap}*${dilation}-${padding}`, 'p')
  return { input, inside: padding === 0 ? [] : [`${input}>=0`, `${input}<${length}`] }
}

/** The element that lies in sight, or the zero of the padding. */
export function elementOrZero(writer: KernelWriter, sights: readonly Sight[], element: string): string {
  const conditions = sights.flatMap(({ inside }) => inside)
  if (conditions.length === 0) return writer.constant(element)
  const seen = writer.name('v')
  writer.write(`let ${seen}=0;`)
  writer.when(conditions, () => writer.write(`${seen}=${element};`))
  return seen
}

/**
 * Loops over the taps through which output pixel `output` sees, those in the padding left out: the body is given the input
 * pixel and the tap.
 */
export function tapsAlong(
  writer: KernelWriter,
  output: string,
  axis: WindowAxis,
  body: (input: string, tap: string) => void,
): void {
  writer.loop(axis.taps, (tap) => {
    const { input, inside } = sightThrough(writer, axis, output, tap)
    writer.when(inside, () => body(input, tap))
  })
}

/** Runs the body on the output pixel that sees an input pixel through a tap, if there is one. */
export function whereSeen(
  writer: KernelWriter,
  { stride, padding, dilation, length }: WindowAxis,
  input: string,
  tap: string,
  body: (output: string) => void,
): void {
  const position = writer.constant(`${input}+${padding}-${tap}*${dilation}`, 'p')
  const output = stride === 1 ? position : writer.constant(`Math.floor((${position}+0.5)/${stride})`, 'q')
  const meets = stride === 1 ? [] : [`${position}===${output}*${stride}`]
  writer.when([...meets, `${output}>=0`, `${output}<${length}`], () => body(output))
}
