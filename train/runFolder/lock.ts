import { randomBytes } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { demand, InvalidInputError } from '../../base/errors.ts'
import { found } from '../../base/files/explain.ts'
import { readTextIfThere } from '../../base/files/regularFile.ts'
import { writeFileAtomically } from '../../base/files/writeFile.ts'
import { isAlive, isUncertain, type Owner, parseOwner, thisProcess } from './owner.ts'

/** A lock that gives this process exclusive use of a folder. */
export interface FolderLock {
  /** Throws if the lock is gone: the folder was removed or moved, or another process removed the lock. */
  demandHeld(): Promise<void>
  /** Releases the folder. */
  release(): Promise<void>
}

/** The environment of the locking protocol; a test that explores all interleavings substitutes its own. */
export interface Surroundings {
  readonly self: Owner
  isAlive(owner: Owner): boolean
  /** Returns a file name that no other lock ever has. */
  newName(): string
  /** Creates a file atomically. */
  write(path: string, text: string): Promise<void>
  /** Reads the locks in a folder, by name: at least those that exist for the whole duration of the call. */
  locks(folder: string): Promise<ReadonlyMap<string, string>>
  /** Removes a file, if it exists. */
  remove(path: string): Promise<void>
  pause(): Promise<void>
  /** Number of pauses to wait for others to withdraw. */
  readonly patience: number
}

/**
 * Locks a folder for this process, even if killed processes have left locks in it. Throws if another process owns it, or one
 * on another machine may own it, which cannot be checked.
 *
 * Each process first creates a lock of its own, under a name that is never used again, and then looks for other locks. It
 * owns the folder once it sees no lock of another living process. So two processes never own a folder at once: one of the two
 * locks was created later, and its process looked only after that, when the other lock already existed. The lock of a dead
 * process can be removed at any time, because no process will create one of the same name.
 *
 * Processes that arrive at the same moment see each other. The first one waits for the others to withdraw. Clocks and
 * timeouts decide only which one is first and how long it waits before it gives up, never that a process owns the folder.
 */
export async function lockFolder(folder: string, surroundings = surroundingsHere()): Promise<FolderLock> {
  const { self, newName, write, remove, pause } = surroundings
  const own = { name: newName(), owner: self }
  const path = join(folder, own.name)
  const living = () => locksOfTheLiving(folder, surroundings, remove)
  const gone = () =>
    `${folder}: ${own.name}, the lock of this process, is gone: the folder was removed or moved, or another process took it`
  try {
    await write(path, JSON.stringify(self))
  } catch (error) {
    // The owner of the folder may have removed this file as a partial file.
    demandNone(folder, await living().catch(() => []))
    throw error
  }
  try {
    for (let patience = surroundings.patience; ; patience--) {
      const locks = await living()
      const others = locks.filter(({ name }) => name !== own.name)
      const seesOwn = others.length < locks.length
      if (seesOwn && others.length === 0) break
      if (patience === 0 || others.some((other) => cameBefore(other, own))) demandNone(folder, others)
      demand(patience > 0, gone)
      await pause()
    }
  } catch (error) {
    await remove(path).catch(() => {})
    throw error
  }
  return {
    async demandHeld() {
      demand((await surroundings.locks(folder)).has(own.name), gone)
    },
    async release() {
      await remove(path).catch((error: Error) => {
        throw new InvalidInputError(`${path}: cannot remove this lock (${error.message})`)
      })
    },
  }
}

/** Whether a living process has locked a folder, as far as can be told; see `isAlive`. */
export async function isLocked(folder: string): Promise<boolean> {
  return (await locksOfTheLiving(folder, surroundingsHere())).length > 0
}

/** Throws if a process works in a folder, naming it. */
export async function demandUnlocked(folder: string): Promise<void> {
  demandNone(folder, await locksOfTheLiving(folder, surroundingsHere()))
}

/** Whether a file of this name is a lock. */
export function isLock(name: string): boolean {
  return /^lock-[0-9a-f]{16}$/.test(name)
}

interface Lock {
  readonly name: string
  readonly owner: Owner
}

/** Returns the locks of living processes. A lock without an owner was damaged by a crash of its machine, so its process is dead. */
async function locksOfTheLiving(
  folder: string,
  { locks, isAlive }: Surroundings,
  removeDead = async (_path: string) => {},
): Promise<Lock[]> {
  const living: Lock[] = []
  for (const [name, text] of await locks(folder)) {
    const owner = parseOwner(text)
    if (owner !== undefined && isAlive(owner)) living.push({ name, owner })
    // A lock that cannot be removed does no harm.
    else await removeDead(join(folder, name)).catch(() => {})
  }
  return living
}

/** The order of arrival. A tie within a millisecond is broken by the random names, which both processes see. */
function cameBefore(one: Lock, other: Lock): boolean {
  const difference = one.owner.since - other.owner.since
  return difference < 0 || (difference === 0 && one.name < other.name)
}

function demandNone(folder: string, locks: readonly Lock[]): void {
  const [first] = locks.toSorted((one, other) => (cameBefore(one, other) ? -1 : 1))
  if (first === undefined) return
  const { process: id, host } = first.owner
  throw new InvalidInputError(
    `${folder}: process ${id} on ${host} is working in this folder` +
      (isUncertain(first.owner) ? `; if it is not, remove ${join(folder, first.name)}` : ''),
  )
}

function surroundingsHere(): Surroundings {
  return {
    self: thisProcess(),
    isAlive,
    newName: () => `lock-${randomBytes(8).toString('hex')}`,
    write: writeFileAtomically,
    locks: locksIn,
    remove: (path) => rm(path, { force: true }),
    pause: () => setTimeout(20),
    patience: 100,
  }
}

async function locksIn(folder: string): Promise<Map<string, string>> {
  const locks = new Map<string, string>()
  // After creating a file in a folder, an NFS client lists the folder afresh, not from its cache.
  for (const name of (await namesIn(folder)).filter(isLock)) {
    const text = await readTextIfThere(join(folder, name))
    if (text !== undefined) locks.set(name, text)
  }
  return locks
}

/** Returns the names in a folder; empty if it does not exist. */
async function namesIn(folder: string): Promise<string[]> {
  const names = readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return []
    throw error
  })
  return found(folder, names)
}
