import { parity, rotations } from '../../../../base/random.ts'
import { sizeOf } from '../../../shape.ts'
import type { GpuCall } from './calls.ts'
import { type KernelSource, KernelWriter, type Target } from './writer.ts'

/** A 32-bit word: the names of two floats that hold its 16-bit halves. */
interface Word {
  readonly low: string
  readonly high: string
}

/**
 * The first word of threefry2x32(key, (i, 0)) >>> 8. WebGPU would round 32-bit words to float32; 16-bit halves are exact,
 * and so are their sums, shifts and exclusive ors. The key is given as four halves, the low half of each word first.
 */
export function randomBitsSource(
  { inputs: [key], output }: GpuCall<'randomBits'>,
  target: Target,
): KernelSource {
  const writer = new KernelWriter(target)
  const half = (expression: string) => writer.constant(expression, 'h')
  const word = (low: string, high: string): Word => ({ low: half(low), high: half(high) })
  const literal = (bits: number) => word(String(bits & 0xffff), String(bits >>> 16))

  const add = (a: Word, b: Word): Word => {
    const low = half(`${a.low}+${b.low}`)
    const carry = half(`Math.floor(${low}/65536)`)
    const high = half(`${a.high}+${b.high}+${carry}`)
    return word(`${low}-${carry}*65536`, `${high}-Math.floor(${high}/65536)*65536`)
  }
  const exclusiveOr = (a: Word, b: Word) => word(`${a.low}^${b.low}`, `${a.high}^${b.high}`)
  const rotate = ({ low, high }: Word, bits: number): Word => {
    if (bits >= 16) return rotate({ low: high, high: low }, bits - 16)
    if (bits === 0) return { low, high }
    const joined = (upper: string, lower: string) => `((${upper}<<${bits})&65535)|(${lower}>>${16 - bits})`
    return word(joined(low, high), joined(high, low))
  }

  const [first, second] = [0, 1].map((i) =>
    word(writer.load(key, String(2 * i)), writer.load(key, String(2 * i + 1))),
  )
  const schedule = [first, second, exclusiveOr(exclusiveOr(first, second), literal(parity))]
  let x0 = add(word('this.thread.x&65535', '(this.thread.x>>16)&65535'), schedule[0])
  let x1 = schedule[1]
  for (let round = 0; round < 20; round++) {
    x0 = add(x0, x1)
    x1 = exclusiveOr(rotate(x1, rotations[round % 8]), x0)
    if (round % 4 !== 3) continue
    const injection = (round + 1) / 4
    x0 = add(x0, schedule[injection % 3])
    x1 = add(add(x1, schedule[(injection + 1) % 3]), literal(injection))
  }
  return writer.finish('randomBits', [sizeOf(output.shape)], [`${x0.high}*256+(${x0.low}>>8)`])
}

/** Splits the words of a key into 16-bit halves, the low one first, for `randomBitsSource`. */
export function halvesOf(words: ArrayLike<number>): Float32Array {
  return Float32Array.from(Array.from(words).flatMap((word) => [word & 0xffff, word >>> 16]))
}

/** The same for a computed key, which is exact only up to 2²⁴. */
export function halvesSource({ inputs: [key] }: GpuCall<'halves'>, target: Target): KernelSource {
  const writer = new KernelWriter(target)
  const which = writer.constant('Math.floor((this.thread.x+0.5)/2)', 'q')
  const word = writer.constant(writer.load(key, `${key.offset}+(${which}|0)*${key.strides[0]}`))
  const high = writer.constant(`Math.floor(${word}/65536)`)
  const low = writer.constant(`${word}-${high}*65536`)
  return writer.finish(
    'halves',
    [4],
    [`(this.thread.x-${which}*2)>0.5?${high}-Math.floor(${high}/65536)*65536:${low}`],
  )
}
