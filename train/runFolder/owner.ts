import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { z } from 'zod'
import { attemptOf } from './attempt.ts'

const ownerSchema = z.object({
  process: z.int(),
  host: z.string(),
  /** When the process began, if the system tells: it distinguishes reused process ids. */
  began: z.string(),
  /** When it requested the lock, in ms since 1970. */
  since: z.number(),
  attempt: z.object({ job: z.string(), number: z.number() }).optional(),
})

/** The process that owns a lock. */
export type Owner = z.infer<typeof ownerSchema>

/** Returns this process as an owner that requests a lock at this moment. */
export function thisProcess(): Owner {
  return {
    process: process.pid,
    host: hostname(),
    began: beginOf(process.pid) ?? '',
    since: Date.now(),
    attempt: attemptOf(process.env),
  }
}

/** Parses the owner in the text of a lock; `undefined` if there is none. */
export function parseOwner(text: string): Owner | undefined {
  try {
    return ownerSchema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

/**
 * Whether a process is alive, as far as can be told. Host names are assumed to identify machines. A process on another
 * machine cannot be checked and counts as alive, unless this process is a later attempt at the same job.
 */
export function isAlive({ process: id, host, began, attempt }: Owner): boolean {
  if (host !== hostname()) return !isOver(attempt)
  try {
    process.kill(id, 0)
  } catch (error) {
    // EPERM: the process exists, but belongs to another user.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const now = beginOf(id)
  return began === '' || now === undefined || began === now
}

/** Whether `isAlive` may have taken a dead process for alive. */
export function isUncertain({ host, began }: Owner): boolean {
  return host !== hostname() || began === ''
}

/** Whether this process is a later attempt at the same job. */
function isOver(attempt: Owner['attempt']): boolean {
  const own = attemptOf(process.env)
  return attempt !== undefined && own?.job === attempt.job && own.number > attempt.number
}

/**
 * Returns the boot id of the machine and the kernel's tick at which the process began; `ended` for a zombie; `undefined` if
 * the system has no /proc.
 */
function beginOf(id: number): string | undefined {
  try {
    // The program's name, in parentheses, may contain spaces. Fields 3 (state) to 22 (start tick) and more follow it.
    const fields = readFileSync(`/proc/${id}/stat`, 'utf8').split(') ').at(-1)!.split(' ')
    if ('ZX'.includes(fields[0])) return 'ended'
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fields[19]}`
  } catch {
    return undefined
  }
}
