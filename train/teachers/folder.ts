import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { check, checkFields, path as pathRule, text } from '../../base/arguments.ts'
import { InvalidInputError } from '../../base/errors.ts'
import { mdistillerTeachers } from './published.ts'

/** Which teacher: a network that has learnt a data set. */
export interface TeacherName {
  readonly dataset: string
  readonly model: string
}

/** Where a fetched teacher goes. */
export function fetchedFile({ dataset, model }: TeacherName): string {
  return `${dataset}_${model}.safetensors`
}

/**
 * Where a teacher may lie in a folder of teachers: DATASET_MODEL or MODEL with any ending of weight files, or as in
 * mdistiller's archive, unpacked.
 */
function places({ dataset, model }: TeacherName): string[] {
  const names = [`${dataset}_${model}`, model]
  const endings = ['safetensors', 'pth', 'pt', 'th']
  const published = mdistillerTeachers.teachers.find((teacher) => teacher.model === model)
  const unpacked = dataset === mdistillerTeachers.dataset && published !== undefined ? [published.file] : []
  return [...names.flatMap((name) => endings.map((ending) => `${name}.${ending}`)), ...unpacked]
}

/** The weights of a teacher in a folder of teachers, if they are there. */
export function findTeacher(folder: string, teacher: TeacherName): string | undefined {
  checkPlace('findTeacher', folder, teacher)
  return places(teacher)
    .map((place) => join(folder, place))
    .find((path) => existsSync(path))
}

/** The weights of a teacher in a folder of teachers. Where they are missing, the error says how to come by them. */
export function teacherFile(folder: string, teacher: TeacherName): string {
  checkPlace('teacherFile', folder, teacher)
  return findTeacher(folder, teacher) ?? missing(folder, teacher)
}

function checkPlace(operation: string, folder: string, teacher: TeacherName): void {
  check(operation, 'folder', folder, pathRule)
  checkFields(operation, 'teacher', teacher, { dataset: text, model: text })
}

function missing(folder: string, teacher: TeacherName): never {
  const { dataset, model } = teacher
  const isPublished =
    dataset === mdistillerTeachers.dataset &&
    mdistillerTeachers.teachers.some((known) => known.model === model)
  const ways = [
    ...(isPublished
      ? [`fetch the published one: thermograd teachers fetch ${model} --teachers ${folder}`]
      : []),
    `train it: thermograd train --dataset ${dataset} --model ${model}, and put its best.safetensors there`,
    'leave --teachers and THERMOGRAD_TEACHERS out, and distill trains it first',
  ]
  throw new InvalidInputError(
    `${folder}: expected ${fetchedFile(teacher)} or ${dataset}_${model}.pth, but there is no teacher ${model} for ` +
      `${dataset}; ${ways.join('; or ')}`,
  )
}
