import { element } from './elements.ts'
import { accuracyOf, type Run } from './runs.ts'
import { methods } from './setting.ts'
import type { State } from './state.ts'

const status = element('status')
const progress = element<HTMLProgressElement>('progress')

/** Shows the status and the progress. */
export function showNumbers(state: State): void {
  const { current, students, teacher, failure } = state
  const text = sentenceFor(state)
  // Screen readers announce the text whenever it is set.
  if (status.textContent !== text) status.textContent = text
  status.classList.toggle('failed', failure !== undefined)
  progress.max = current?.total ?? 1
  progress.value = current?.steps.length ?? 0
  element('step').textContent = current === undefined ? '–' : `${current.steps.length} of ${current.total}`
  element('loss').textContent = current?.steps.at(-1)?.loss.toPrecision(3) ?? '–'
  element('student-accuracy').textContent = percent(students.at(-1))
  element('teacher-accuracy').textContent = percent(teacher)
}

function sentenceFor({ phase, current, teacher, failure }: State): string {
  if (failure !== undefined) return `This does not work: ${failure}`
  if (phase === 'idle') {
    return `Press Start. ${teacher ? 'The teacher has learned already.' : 'The teacher learns first, which takes some seconds.'}`
  }
  if (current === undefined) return 'It begins …'
  const { setting, executor } = current
  const who = setting === undefined ? 'The teacher' : 'The student'
  if (phase === 'paused') return `${who} pauses.`
  if (setting === undefined) return `The teacher learns from 1,437 images. ${executor}.`
  if (phase === 'running')
    return `The student learns from 100 images. ${methods[setting.method]}. ${executor}.`
  return 'The student is done. Choose another method and press Start again to compare.'
}

function percent(run: Run | undefined): string {
  const accuracy = run && accuracyOf(run)
  return accuracy === undefined ? '–' : `${accuracy.toFixed(1)} %`
}
