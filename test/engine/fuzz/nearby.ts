import { allocateHost, type HostArray } from '../../../engine/dtype.ts'
import type { Operand } from './operand.ts'

/**
 * An operand's elements, each moved by at most `relative` of itself, to see how a function's value moves: three turns,
 * the first two in opposite directions. Elements move by different parts, so that their effects on a sum do not cancel.
 * Integers move too, as float64: floating results of them are computed in a floating type.
 */
export function nearbyElements(operand: Operand, relative: number, turn: number): HostArray {
  const { elements, dtype, isIndex } = operand
  if (isIndex || dtype === 'bool') return elements
  const moved = allocateHost('float64', elements.length)
  for (let i = 0; i < elements.length; i++) moved[i] = elements[i] * (1 + relative * part(i, turn))
  return moved
}

/** A number of [−1, −½] or [½, 1] for each element and turn. */
function part(i: number, turn: number): number {
  const place = ((i + 1) * 0.618033988749895) % 1
  const sign = ((i * (turn < 2 ? 7 : 3)) % 5) % 2 === 0 ? 1 : -1
  return (turn === 1 ? -sign : sign) * (0.5 + place / 2)
}
