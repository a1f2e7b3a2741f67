import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { check, checkFields, path as pathRule, text } from '../../base/arguments.ts'
import { InvalidInputError } from '../../base/errors.ts'
import { mdistillerTeachers } from './published.ts'

/** Identifies a teacher: a network trained on a data set. */
export interface TeacherName {
  readonly dataset: string
  readonly model: string
}

/** The file name of a downloaded teacher. */
export function fetchedFile({ dataset, model }: TeacherName): string {
  return `${dataset}_${model}.safetensors`
}

/**
 * Paths at which a folder of teachers may hold a teacher: DATASET_MODEL or MODEL with any weight file extension, or the path
 * in mdistiller's unpacked archive.
 */
function candidates({ dataset, model }: TeacherName): string[] {
  const names = [`${dataset}_${model}`, model]
  const endings = ['safetensors', 'pth', 'pt', 'th']
  const published = mdistillerTeachers.teachers.find((teacher) => teacher.model === model)
  const unpacked = dataset === mdistillerTeachers.dataset && published !== undefined ? [published.file] : []
  return [...names.flatMap((name) => endings.map((ending) => `${name}.${ending}`)), ...unpacked]
}

/** Returns the weight file of a teacher in a folder of teachers, if there is one. */
export function findTeacher(folder: string, teacher: TeacherName): string | undefined {
  checkPlace('findTeacher', folder, teacher)
  return candidates(teacher)
    .map((path) => join(folder, path))
    .find((path) => existsSync(path))
}

/** Returns the weight file of a teacher in a folder of teachers. If it is missing, the error says how to obtain it. */
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
      ? [`download the published one: thermograd teachers fetch ${model} --teachers ${folder}`]
      : []),
    `train it with thermograd train --dataset ${dataset} --model ${model}, and copy its best.safetensors there`,
    'omit --teachers and THERMOGRAD_TEACHERS, so that distill trains it first',
  ]
  throw new InvalidInputError(
    `${folder}: expected ${fetchedFile(teacher)} or ${dataset}_${model}.pth, but found no teacher ${model} for ` +
      `${dataset}; ${ways.join('; or ')}`,
  )
}
