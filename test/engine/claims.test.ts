import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cornerCalls } from '../referenceCases/cornerCalls.ts'
import { type Difference, differences, statedDifferences } from '../referenceCases/cornerDifferences.ts'
import { type Corner, differenceChanges } from '../referenceCases/corners.ts'

const folder = join(import.meta.dirname, '../../engine/operations')

/** The doc comments of the operations that are exported, by name. */
const comments = new Map(
  readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => {
      const source = readFileSync(join(folder, file), 'utf8')
      const exported = /\/\*\*((?:(?!\*\/).)*)\*\/\nexport (?:function|const) (\w+)/gs
      return [...source.matchAll(exported)].map(([, comment, name]): [string, string] => [
        name,
        comment.replaceAll(/\s*\n \* ?/g, ' '),
      ])
    }),
)

const { corners } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../reference/corners.json'), 'utf8'),
) as { corners: Corner[] }

/** PyTorch draws other numbers. */
const random = new Set(['randomUniform', 'randomNormal'])

describe('what comments of operations say of PyTorch', () => {
  const claiming = [...comments].filter(([name, comment]) => comment.includes('PyTorch') && !random.has(name))

  it('should be found', () => expect(claiming.length).toBeGreaterThan(50))

  it.each(claiming.map(([name]) => name))('should be held at corners: %s', (name) => {
    expect(corners.some(({ call }) => call.startsWith(`${name}(`))).toBe(true)
  })

  it('should be held at every corner there is', () => {
    const calls = new Set(corners.map(({ call }) => call))
    expect(Object.keys(cornerCalls).filter((call) => !calls.has(call))).toEqual([])
    expect([...calls].filter((call) => cornerCalls[call] === undefined)).toEqual([])
  })

  it.each(statedDifferences.map((each) => [String(each.call), each.says, each] as const))(
    'should include where it does not hold: %s, %s',
    (_, says, { call }) => {
      const names = new Set(corners.filter((corner) => call.test(corner.call)).map(nameOf))
      for (const name of names) expect(comments.get(name)).toContain(says)
    },
  )

  it.each(differences.map((each): [string, Difference] => [`${each.call} ${each.results}`, each]))(
    'should need the exception %s',
    (_, difference) => {
      expect(corners.some((corner) => differenceChanges(corner, difference))).toBe(true)
    },
  )
})

function nameOf({ call }: Corner): string {
  return call.slice(0, call.indexOf('('))
}
