import { type Executor, openExecutor, useExecutor } from 'thermograd/engine'
import type { Network } from 'thermograd/nn'
import { fetchDigits } from './digits.ts'
import { Gate } from './gate.ts'
import type { Learner, News, Numbers, Order } from './messages.ts'
import { type ExecutorName, type Setting, seed } from './setting.ts'
import { type Course, courseOfStudent, courseOfTeacher, learn, type Step, stepsOf } from './training.ts'

// All computation: the page only draws.

/** Milliseconds between reports to the page. */
const reportEvery = 60
/** Minimum milliseconds of a step in slow motion. */
const slowStep = 120

/** A run, from Start to the end of the student's training. */
interface Session {
  /** The network that is being trained, or is next. */
  learner: Learner
  readonly abort: AbortController
}

const newSession = (): Session => ({ learner: 'student', abort: new AbortController() })

const digits = fetchDigits()
const gate = new Gate()
let isSlow = false
let teacher: Network | undefined
/** Setting of the next student; the teacher may still be in training. */
let wanted: Setting
let current = newSession()
let lastRun: Promise<void> = Promise.resolve()

self.onmessage = ({ data: order }: MessageEvent<Order>) => {
  switch (order.kind) {
    case 'start':
      return start(order.setting)
    case 'pause':
      return gate.close()
    case 'resume':
      return gate.open()
    case 'reset':
      current.abort.abort()
      return gate.open()
    case 'pace':
      isSlow = order.slow
  }
}

function start(setting: Setting): void {
  wanted = setting
  gate.open()
  const { learner, abort } = current
  if (learner === 'teacher' && !abort.signal.aborted) return
  abort.abort()
  const next = newSession()
  current = next
  lastRun = lastRun
    .then(() => run(next))
    .catch((error: Error) => say({ kind: 'failed', message: error.message }))
}

/** Teacher, then student: one run at a time. */
async function run(session: Session): Promise<void> {
  const { signal } = session.abort
  if (signal.aborted) return
  if (teacher === undefined) {
    session.learner = 'teacher'
    // Always on WebAssembly, so all students have the same teacher.
    const course = courseOfTeacher(await digits, seed)
    if (!(await follow('teacher', course, 'wasm', signal))) return
    teacher = course.network
    session.learner = 'student'
  }
  await follow('student', courseOfStudent(await digits, teacher, wanted, seed), wanted.executor, signal)
}

/** Reports a course step by step; returns whether it finished. */
async function follow(
  who: Learner,
  course: Course,
  executorName: ExecutorName,
  signal: AbortSignal,
): Promise<boolean> {
  const { executor } = await openExecutor(executorName)
  useExecutor(executor)
  say({ kind: 'started', who, steps: stepsOf(course), executor: describe(executor) })
  let steps: Numbers[] = []
  let lastReport = performance.now()
  const report = async ({ sight }: Step) => {
    say({ kind: 'progress', steps, batch: await sight?.read() })
    steps = []
    lastReport = performance.now()
  }
  let last: Step | undefined
  for await (const step of learn(course)) {
    const { sight, ...numbers } = step
    steps.push(numbers)
    last = step
    // Report everything before a pause.
    if (gate.isClosed || performance.now() - lastReport >= reportEvery) await report(step)
    if (isSlow) await new Promise((resolve) => setTimeout(resolve, slowStep))
    await gate.pass()
    if (signal.aborted) return false
  }
  if (last !== undefined) await report(last)
  say({ kind: 'finished', who })
  return true
}

/** Describes the executor briefly. */
function describe({ modes }: Executor): string {
  if ('adapter' in modes) {
    return `WebGPU on ${modes.adapter}${modes.software ? ' (a software GPU: slow)' : ''}`
  }
  const threads = modes.threads === 1 ? 'one thread' : `${modes.threads} threads`
  return `WebAssembly with ${threads}${modes.oneThreadBecause ? ` (${modes.oneThreadBecause})` : ''}`
}

function say(news: News): void {
  postMessage(news)
}
