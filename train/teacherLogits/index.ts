export { type Precision, precisions } from './precision.ts'
export { demandLogitsSuffice } from './suffice.ts'
export { checkTeacherCache, type Kept, type TeacherCache, TeacherLogits } from './teacherLogits.ts'
