import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { z } from 'zod'
import { attemptOf } from './attempt.ts'

const ownerSchema = z.object({
  process: z.int(),
  host: z.string(),
  /** When the process began, as far as the system tells: process numbers are used again. */
  began: z.string(),
  /** When it asked for the lock, in ms. */
  since: z.number(),
  attempt: z.object({ job: z.string(), number: z.number() }).optional(),
})

/** The process that a lock belongs to. */
export type Owner = z.infer<typeof ownerSchema>

/** This process, which asks for a lock at this moment. */
export function thisProcess(): Owner {
  return {
    process: process.pid,
    host: hostname(),
    began: beginOf(process.pid) ?? '',
    since: Date.now(),
    attempt: attemptOf(process.env),
  }
}

/** The owner that the text of a lock names; nothing where it names none. */
export function parseOwner(text: string): Owner | undefined {
  try {
    return ownerSchema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

/**
 * Whether a process is alive, as far as can be told. Host names are taken for the names of machines. A process on another
 * machine cannot be asked and counts as alive, unless this process is a later attempt of the same job.
 */
export function isAlive({ process: id, host, began, attempt }: Owner): boolean {
  if (host !== hostname()) return !isOver(attempt)
  try {
    process.kill(id, 0)
  } catch (error) {
    // Another user's process may not be signalled, but is there.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const now = beginOf(id)
  return began === '' || now === undefined || began === now
}

/** Whether `isAlive` can be wrong about a process that it takes for alive. */
export function isUncertain({ host, began }: Owner): boolean {
  return host !== hostname() || began === ''
}

/** Whether this process is a later attempt of the same job. */
function isOver(attempt: Owner['attempt']): boolean {
  const own = attemptOf(process.env)
  return attempt !== undefined && own?.job === attempt.job && own.number > attempt.number
}

/**
 * Which start of the machine it was, and the kernel's tick at which the process began; `ended` for one whose parent has
 * not yet asked how it ended. Nothing where the system does not tell.
 */
function beginOf(id: number): string | undefined {
  try {
    // The name of the program, in parentheses, may hold spaces. Behind it come fields 3, the state, to 22, the tick.
    const fields = readFileSync(`/proc/${id}/stat`, 'utf8').split(') ').at(-1)!.split(' ')
    if ('ZX'.includes(fields[0])) return 'ended'
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fields[19]}`
  } catch {
    return undefined
  }
}
