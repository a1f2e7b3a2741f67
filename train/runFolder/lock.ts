import { readFileSync } from 'node:fs'
import { open, readFile, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { demand, InvalidInputError } from '../../engine/errors.ts'
import { type Attempt, attemptOf } from './attempt.ts'

/** Who works in a folder. */
interface Owner {
  readonly process: number
  readonly host: string
  /** When the process began, as far as the system tells: numbers of processes are used again. */
  readonly began: string
  readonly attempt?: Attempt
}

/**
 * Takes a folder for this process; the promise is of a function that gives it back. A lock that a process left behind
 * when it was killed is taken over, also from another machine if it belonged to an earlier attempt of the same job. Throws
 * where the owner is alive, or is on another machine and cannot be asked.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, 'lock')
  const release = () => rm(path, { force: true })
  if (await tryLock(path)) return release
  const owner = await ownerOf(path)
  demand(
    owner === undefined || !isAlive(owner),
    () =>
      `${folder}: process ${owner!.process} on ${owner!.host} is at work in this folder` +
      (owner!.host === hostname() ? '' : `; if it is not, remove ${path}`),
  )
  await release()
  demand(await tryLock(path), () => `${folder}: another process has just begun to work in this folder`)
  return release
}

/** Whether a process is at work in a folder, as far as can be told. */
export async function isLocked(folder: string): Promise<boolean> {
  const owner = await ownerOf(join(folder, 'lock'))
  return owner !== undefined && isAlive(owner)
}

/** Makes the file, unless it is there. */
async function tryLock(path: string): Promise<boolean> {
  const attempt = attemptOf(process.env)
  const owner: Owner = { process: process.pid, host: hostname(), began: beginOf(process.pid), attempt }
  try {
    const file = await open(path, 'wx')
    try {
      await file.writeFile(JSON.stringify(owner))
    } finally {
      await file.close()
    }
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw new InvalidInputError(`${path}: cannot lock the folder (${(error as Error).message})`)
  }
}

/** Nobody, where the file is gone by now or was cut short. */
async function ownerOf(path: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch {
    return undefined
  }
}

function isAlive({ process: id, host, began, attempt }: Owner): boolean {
  if (host !== hostname()) return !isOver(attempt)
  try {
    process.kill(id, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  return beginOf(id) === began
}

/** Whether this process is a later attempt of the same job. */
function isOver(attempt: Attempt | undefined): boolean {
  const own = attemptOf(process.env)
  return attempt !== undefined && own?.job === attempt.job && own.number > attempt.number
}

/** The start of a process in the kernel's ticks; empty where there is no such file. */
function beginOf(id: number): string {
  try {
    // The name of the program, in parentheses, may hold spaces. Behind it, the start is field 22 of the line.
    return readFileSync(`/proc/${id}/stat`, 'utf8').split(') ').at(-1)!.split(' ')[19]
  } catch {
    return ''
  }
}
