import type { LoopKernel } from '../../../../plan/kernels.ts'
import { loopNest } from '../../../../plan/nest.ts'
import type { View } from '../../../../plan/view.ts'

/** What a loop reads or writes, seen from the axes of its nest: an array, or for an iota the coordinates along its axis. */
export interface LoopOperand {
  readonly offset: number
  /** Along each axis of the nest, the distance from one index to the next. */
  readonly strides: readonly number[]
  /** The distance between the neighbours that a thread computes at once. */
  readonly step: number
}

/** The nest of a loop, whose innermost axis is divided by `width`: a thread computes as many neighbours along it at once. */
export interface VectorNest {
  readonly lengths: readonly number[]
  readonly width: 1 | 4
  /** Of the instructions of the body that are loads or iotas, by register. */
  readonly read: ReadonlyMap<number, LoopOperand>
  readonly stored: readonly LoopOperand[]
  readonly folded: readonly LoopOperand[]
}

export function vectorNest({ shape, order, body, stores, folds }: LoopKernel): VectorNest {
  const registers = body.flatMap(({ name }, register) =>
    name === 'load' || name === 'iota' ? [register] : [],
  )
  const views = [
    ...registers.map((register): Pick<View, 'offset' | 'strides'> => {
      const instruction = body[register]
      if (instruction.name === 'load') return instruction.view
      const axis = instruction.name === 'iota' ? instruction.axis : -1
      return { offset: 0, strides: shape.map((_, other) => Number(other === axis)) }
    }),
    ...[...stores, ...folds].map(({ view }) => view),
  ]
  const nest = loopNest(
    shape,
    order,
    views.map(({ strides }) => strides),
  )
  const innermost = nest.at(-1)
  const width = innermost !== undefined && innermost.length > 0 && innermost.length % 4 === 0 ? 4 : 1
  const last = nest.length - 1
  const operands = views.map(
    ({ offset }, i): LoopOperand => ({
      offset,
      strides: nest.map(({ strides }, axis) => strides[i] * (axis === last ? width : 1)),
      step: innermost?.strides[i] ?? 0,
    }),
  )
  const afterReads = registers.length
  return {
    lengths: nest.map(({ length }, axis) => (axis === last ? length / width : length)),
    width,
    read: new Map(registers.map((register, i) => [register, operands[i]])),
    stored: operands.slice(afterReads, afterReads + stores.length),
    folded: operands.slice(afterReads + stores.length),
  }
}

/** Whether four neighbours are always an aligned vector. */
export function isVector({ offset, strides, step }: LoopOperand): boolean {
  return step === 1 && offset % 4 === 0 && strides.every((stride) => stride % 4 === 0)
}
