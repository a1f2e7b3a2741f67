import { matmul, reshape, type Tensor, take, tensor, transpose } from '../engine/index.ts'

/** Height and width. */
export type Size = readonly [height: number, width: number]

export function sizeOfMaps({ shape }: Tensor): Size {
  return [shape[2], shape[3]]
}

/**
 * Maps [N, C, H, W] averaged to another size: element i of an axis is the mean of elements ⌊i·in / out⌋ up to
 * ⌈(i + 1)·in / out⌉. PyTorch: `torch.nn.functional.adaptive_avg_pool2d`.
 */
export function averageTo(maps: Tensor, [height, width]: Size): Tensor {
  return averageRows(transpose(averageRows(transpose(maps), height)), width)
}

/** The last axis averaged to this length. */
function averageRows(maps: Tensor, length: number): Tensor {
  const { shape, dtype } = maps
  const from = shape[3]
  if (from === length) return maps
  const shares = Array.from({ length: from }, (_, i) =>
    Array.from({ length }, (_, j) => {
      const [start, end] = [Math.floor((j * from) / length), Math.ceil(((j + 1) * from) / length)]
      return i >= start && i < end ? 1 / (end - start) : 0
    }),
  )
  const averaged = matmul(reshape(maps, [-1, from]), tensor(shares, { dtype }))
  return reshape(averaged, [...shape.slice(0, 3), length])
}

/** Maps [N, C, H, W] at another size, each pixel the nearest. PyTorch: `interpolate(mode="nearest")`. */
export function nearestTo(maps: Tensor, [height, width]: Size): Tensor {
  const along = (x: Tensor, axis: number, length: number) => {
    const from = x.shape[axis]
    const nearest = Array.from({ length }, (_, i) => Math.floor((i * from) / length))
    return from === length ? x : take(x, axis, tensor(nearest, { dtype: 'int32' }))
  }
  return along(along(maps, 2, height), 3, width)
}

/** Two maps, the higher ones averaged to the size of the others. */
export function atSmallerSize(student: Tensor, teacher: Tensor): [student: Tensor, teacher: Tensor] {
  const [ofStudent, ofTeacher] = [sizeOfMaps(student), sizeOfMaps(teacher)]
  return ofStudent[0] > ofTeacher[0]
    ? [averageTo(student, ofTeacher), teacher]
    : [student, averageTo(teacher, ofStudent)]
}

/** The stages after the stem side by side, from the first on, as many as both networks have. */
export function stagesFromFirst<S, T>(student: readonly S[], teacher: readonly T[]): [S, T][] {
  const count = Math.min(student.length, teacher.length)
  return student.slice(1, count).map((stage, i) => [stage, teacher[i + 1]])
}

/** The stages after the stem side by side, so that the last ones meet, as many as both networks have. */
export function stagesFromLast<S, T>(student: readonly S[], teacher: readonly T[]): [S, T][] {
  const count = Math.min(student.length, teacher.length) - 1
  const ofTeacher = teacher.slice(teacher.length - count)
  return student.slice(student.length - count).map((stage, i) => [stage, ofTeacher[i]])
}
