import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkLaws, describeLaws, lossLaws, profileNames, profileOf } from '../../../kd/laws/index.ts'
import myLoss from './docs/myLoss.ts'
import { lawsPage } from './docs/page.ts'
import wrongLoss from './docs/wrongLoss.ts'

describe('docs/laws.md', () => {
  it('should be what npm run laws:docs writes', async () => {
    const page = await readFile(join(import.meta.dirname, '../../../docs/laws.md'), 'utf8')
    expect(page).toBe(await lawsPage())
  })

  it('should show a loss that holds and one that does not', async () => {
    expect((await checkLaws(myLoss, 'kd', { seed: 2 })).holds).toBe(true)
    expect((await checkLaws(wrongLoss, 'kd', { seed: 1 })).holds).toBe(false)
  })
})

describeLaws('my loss', myLoss, 'kd', { seed: 1 })

describe('the records', () => {
  it('should have names of their own, and profiles that name existing laws', () => {
    const names = lossLaws.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const profile of profileNames.map((name) => profileOf(name))) {
      const claimed = [...profile.claims, ...Object.keys(profile.breaks)]
      expect(names).toEqual(expect.arrayContaining(claimed))
      expect(new Set(claimed).size).toBe(claimed.length)
    }
  })

  it('should each be claimed by a profile or broken by one', () => {
    const profiles = profileNames.map((name) => profileOf(name))
    for (const { name } of lossLaws) {
      const spoken = profiles.some(
        ({ claims, breaks }) => claims.includes(name) || Object.hasOwn(breaks, name),
      )
      expect(spoken, name).toBe(true)
    }
  })
})
