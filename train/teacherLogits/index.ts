export { type Precision, precisions } from './precision.ts'
export { demandLogitsSuffice } from './suffice.ts'
export {
  checkTeacherCache,
  type TeacherCache,
  TeacherLogits,
  type TeacherLogitsOptions,
} from './teacherLogits.ts'
