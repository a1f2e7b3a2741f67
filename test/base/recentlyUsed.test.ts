import fc from 'fast-check'
import { expect, it } from 'vitest'
import { RecentlyUsed } from '../../base/recentlyUsed.ts'

const anyUse = fc.record({ key: fc.nat({ max: 9 }), kind: fc.constantFrom('get', 'set', 'delete') })

it('should keep the entries that were used last, and dispose of each that it evicts', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), fc.array(anyUse, { maxLength: 60 }), (capacity, uses) => {
      const evicted: number[] = []
      const map = new RecentlyUsed<number, number>(capacity, (value) => evicted.push(value))
      /** Keys and values, the last used one at the end. */
      let model: [number, number][] = []
      const gone: number[] = []
      uses.forEach(({ key, kind }, time) => {
        const entry = model.find(([own]) => own === key)
        const others = model.filter(([own]) => own !== key)
        if (kind === 'get') {
          expect(map.get(key)).toBe(entry?.[1])
          if (entry !== undefined) model = [...others, entry]
        } else if (kind === 'delete') {
          map.delete(key)
          model = others
        } else {
          map.set(key, time)
          model = [...others, [key, time]]
          if (model.length > capacity) gone.push(model.shift()![1])
        }
      })
      for (const [key, value] of model) expect(map.get(key)).toBe(value)
      expect(evicted).toEqual(gone)
    }),
  )
})
