import './style.css'
import { connectControls, showPhase } from './controls.ts'
import { showCurves } from './curves.ts'
import type { News, Order } from './messages.ts'
import { showNumbers } from './numbers.ts'
import { accuracyOf, type Run } from './runs.ts'
import { connectSaving } from './saving.ts'
import { firstSetting, type Setting } from './setting.ts'
import type { State } from './state.ts'
import { showTable } from './table.ts'
import { paintStudent } from './theme.ts'
import { showBatch, showNoBatch } from './views.ts'

// The flow of events: controls send orders to the worker, whose messages change the state, which is drawn.

/** Number of earlier students that stay for comparison. */
const studentsKept = 6

const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' })
let isScheduled = false
const state: State = { phase: 'idle', setting: firstSetting, students: [] }

worker.onmessage = ({ data }: MessageEvent<News>) => hear(data)
worker.onerror = ({ message }) => hear({ kind: 'failed', message: message || 'the worker cannot be loaded' })
connectControls({
  start,
  pause: () => order('paused', { kind: 'pause' }),
  resume: () => order('running', { kind: 'resume' }),
  reset,
  pace: (slow) => worker.postMessage({ kind: 'pace', slow } satisfies Order),
  changed(setting) {
    if (state.phase === 'running' || state.phase === 'paused') start(setting)
  },
})
connectSaving(state)
addEventListener('resize', scheduleDraw)
draw()

function order(phase: State['phase'], order: Order): void {
  state.phase = phase
  worker.postMessage(order)
  scheduleDraw()
}

function start(setting: Setting): void {
  // Ignore late messages about an earlier student.
  if (state.current !== state.teacher || hasLearned()) state.current = undefined
  Object.assign(state, { setting, failure: undefined })
  order('running', { kind: 'start', setting })
}

function reset(): void {
  Object.assign(state, {
    teacher: hasLearned() ? state.teacher : undefined,
    students: [],
    current: undefined,
    batch: undefined,
    failure: undefined,
  })
  order('idle', { kind: 'reset' })
}

/** Whether the teacher has finished training. */
function hasLearned(): boolean {
  return state.teacher?.steps.length === state.teacher?.total
}

function hear(news: News): void {
  if (state.phase === 'idle') return
  switch (news.kind) {
    case 'started':
      begin(news)
      break
    case 'progress':
      state.current?.steps.push(...news.steps)
      if (state.current !== undefined && news.batch !== undefined) state.batch = news.batch
      break
    case 'finished':
      if (news.who === 'student' && state.current !== undefined) state.phase = 'finished'
      break
    case 'failed':
      Object.assign(state, { failure: news.message, phase: 'finished' })
  }
  scheduleDraw()
}

function begin({ who, steps: total, executor }: News & { kind: 'started' }): void {
  const run: Run = { who, executor, total, steps: [], setting: who === 'student' ? state.setting : undefined }
  state.current = run
  state.batch = undefined
  if (who === 'teacher') state.teacher = run
  else {
    const begun = state.students.filter((student) => accuracyOf(student) !== undefined)
    state.students = [...begun, run].slice(-studentsKept)
  }
}

/** Draws once per animation frame, however many messages arrive. */
function scheduleDraw(): void {
  if (isScheduled) return
  isScheduled = true
  requestAnimationFrame(() => {
    isScheduled = false
    draw()
  })
}

function draw(): void {
  const { phase, teacher, students, batch, setting } = state
  showPhase(phase)
  paintStudent(setting.method)
  showNumbers(state)
  showCurves(teacher, students)
  showTable(teacher, students)
  if (batch !== undefined) showBatch(batch, setting.referenceTemperature, phase !== 'running')
  else showNoBatch('There is something to see as soon as the student learns.')
}
