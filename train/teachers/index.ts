export { type FetchedTeachers, type FetchOptions, fetchTeachers } from './fetchTeachers.ts'
export { findTeacher, type TeacherName, teacherFile } from './folder.ts'
export { mdistillerTeachers, type PublishedTeacher, type PublishedTeachers } from './published.ts'
