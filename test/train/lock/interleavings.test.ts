import { describe, expect, it } from 'vitest'
import { isRight, pairs, stale, three } from './contests.ts'
import { explore, type Locking } from './explorer.ts'

/** Looks, removes a lock that is stale, and makes its own: another may have made one in between. */
const careless: Locking = async (folder, { self, locks, write, remove, isAlive }) => {
  for (const text of (await locks(folder)).values()) if (isAlive(JSON.parse(text))) throw new Error('in use')
  await remove(stale.name)
  if ((await locks(folder)).size > 0) throw new Error('in use')
  await write(stale.name, JSON.stringify(self))
  return () => remove(stale.name)
}

describe('the lock of a folder, in every order of steps', () => {
  it.each(pairs)('should have one owner of two processes, killed wherever they are: %o', async (contest) => {
    const endings = await explore(contest)
    expect(endings.length).toBeGreaterThan(0)
    expect(endings.filter((ending) => !isRight(ending))).toEqual([])
  })

  it('should have one owner of three processes', async () => {
    const endings = await explore(three)
    expect(endings.some(({ owned }) => owned > 1)).toBe(true)
    expect(endings.filter((ending) => !isRight(ending))).toEqual([])
  })

  it('should be seen to have two owners where a stale lock is removed without care', async () => {
    const contest = { locking: careless, since: [1, 1], stale: [stale], crashes: 0 }
    await expect(explore(contest)).rejects.toThrow('two owners after ')
  })
})
