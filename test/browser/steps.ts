// The page's training in Node: prints the losses of the teacher, and of the first steps of a student.
import { openDigits } from 'thermograd/datasets'
import { firstSetting, seed } from '../../examples/browser/setting.ts'
import { type Course, courseOfStudent, courseOfTeacher, learn } from '../../examples/browser/training.ts'

async function lossesOf(course: Course, most: number): Promise<number[]> {
  const losses: number[] = []
  for await (const { loss } of learn(course)) if (losses.push(loss) === most) break
  return losses
}

const digits = await openDigits()
const courseOfTheTeacher = courseOfTeacher(digits, seed)
const teacher = await lossesOf(courseOfTheTeacher, Number.POSITIVE_INFINITY)
const student = await lossesOf(courseOfStudent(digits, courseOfTheTeacher.network, firstSetting, seed), 10)
console.log(JSON.stringify({ teacher, student }))
