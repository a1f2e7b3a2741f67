import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isLocked, lockFolder } from '../../../train/runFolder/lock.ts'
import { temporaryFolder } from '../temporaryFolder.ts'
import { contend } from './rounds.ts'

const name = 'lock-0123456789abcdef'

/** A folder in which there is a lock with this text. */
async function folderWith(text: string): Promise<string> {
  const folder = await temporaryFolder()
  await writeFile(join(folder, name), text)
  return folder
}

describe('a folder', () => {
  it('should be refused while a process is at work in it, and free afterwards', async () => {
    const folder = await temporaryFolder()
    const lock = await lockFolder(folder)
    await expect(lockFolder(folder)).rejects.toThrow(`${folder}: process ${process.pid} on `)
    await lock.release()
    await (await lockFolder(folder)).release()
    expect(await readdir(folder)).toEqual([])
  })

  const owner = { process: process.pid, host: hostname(), began: '', since: 0 }

  it.each([
    ['left by a process that is gone', JSON.stringify({ ...owner, process: 4194304 })],
    ['of a process whose number is used again', JSON.stringify({ ...owner, began: 'another' })],
    ['cut short', '{"proc'],
    ['of nobody', 'null'],
    ['of something else', '[{"process":1}]'],
  ])('should be taken over where the lock was %s', async (_, text) => {
    const folder = await folderWith(text)
    expect(await isLocked(folder)).toBe(false)
    const lock = await lockFolder(folder)
    expect(await readdir(folder)).not.toContain(name)
    await lock.release()
  })

  it('should not be taken from another machine, which cannot be asked, and the way out should be said', async () => {
    const folder = await folderWith(JSON.stringify({ ...owner, process: 1, host: 'elsewhere' }))
    const complaint = `${folder}: process 1 on elsewhere is working in this folder; if it is not, remove ${folder}/${name}`
    await expect(lockFolder(folder)).rejects.toThrow(complaint)
    expect(await readdir(folder)).toEqual([name])
  })

  it('should no longer be held where it was removed, or the lock in it', async () => {
    for (const remove of [
      (folder: string) => rm(folder, { recursive: true }),
      async (folder: string) => {
        await rm(folder, { recursive: true })
        await mkdir(folder)
      },
    ]) {
      const folder = join(await temporaryFolder(), 'run')
      await mkdir(folder)
      const lock = await lockFolder(folder)
      await lock.demandHeld()
      await remove(folder)
      await expect(lock.demandHeld()).rejects.toThrow(
        'the folder was removed or moved, or another process took it',
      )
      await lock.release()
    }
  })

  it('should have one owner of many processes that come in the same millisecond', async () => {
    const owners = await contend(20, 4)
    expect(Object.keys(owners).filter((count) => Number(count) > 1)).toEqual([])
    // On a machine that is very busy, a process may give up waiting for others to withdraw.
    expect(owners[1]).toBeGreaterThan(10)
  })
})
