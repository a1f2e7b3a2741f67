import { demand } from '../base/errors.ts'
import { adaptiveAveragePool2d, add, type Tensor, take, tensor } from '../engine/index.ts'

/** Height and width. */
export type Size = readonly [height: number, width: number]

export function sizeOfMaps({ shape }: Tensor): Size {
  return [shape[2], shape[3]]
}

/** Resizes maps [N, C, H, W] by nearest-neighbour interpolation. PyTorch: `interpolate(mode="nearest")`. */
export function nearestTo(maps: Tensor, [height, width]: Size): Tensor {
  const along = (x: Tensor, axis: number, length: number) => {
    const from = x.shape[axis]
    const nearest = Array.from({ length }, (_, i) => Math.floor((i * from) / length))
    return from === length ? x : take(x, axis, tensor(nearest, { dtype: 'int32' }))
  }
  return along(along(maps, 2, height), 3, width)
}

/** Brings two maps to one size: the taller ones are average-pooled to the size of the others. */
export function atSmallerSize(student: Tensor, teacher: Tensor): [student: Tensor, teacher: Tensor] {
  const [ofStudent, ofTeacher] = [sizeOfMaps(student), sizeOfMaps(teacher)]
  return ofStudent[0] > ofTeacher[0]
    ? [adaptiveAveragePool2d(student, ofTeacher), teacher]
    : [student, adaptiveAveragePool2d(teacher, ofStudent)]
}

/** Pairs the stages after the stem, first with first, up to the smaller number of stages. */
export function stagesFromFirst<S, T>(student: readonly S[], teacher: readonly T[]): [S, T][] {
  const count = Math.min(student.length, teacher.length)
  return student.slice(1, count).map((stage, i) => [stage, teacher[i + 1]])
}

/** Pairs the stages after the stem, last with last, up to the smaller number of stages. */
export function stagesFromLast<S, T>(student: readonly S[], teacher: readonly T[]): [S, T][] {
  const count = Math.min(student.length, teacher.length) - 1
  const ofTeacher = teacher.slice(teacher.length - count)
  return student.slice(student.length - count).map((stage, i) => [stage, ofTeacher[i]])
}

/** Adds the terms of the pairs of stages. Throws if there are none. */
export function sumOverStages(terms: readonly Tensor[]): Tensor {
  demand(
    terms.length > 0,
    () => 'method: expected networks with at least one stage after the stem, got one that is the stem alone',
  )
  return terms.reduce(add)
}
