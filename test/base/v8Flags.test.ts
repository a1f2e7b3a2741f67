import v8 from 'node:v8'
import { expect, it, onTestFinished, vi } from 'vitest'
import { setV8Flag } from '../../base/v8Flags.ts'
import { ones } from '../../engine/index.ts'

it('should set a flag of V8 once', () => {
  const set = vi.spyOn(v8, 'setFlagsFromString')
  onTestFinished(() => set.mockRestore())
  expect([setV8Flag('--stack-trace-limit=10'), setV8Flag('--stack-trace-limit=10')]).toEqual([true, true])
  expect(set.mock.calls).toEqual([['--stack-trace-limit=10']])
})

it('should keep graphs out of the old generation from the first computation on', async () => {
  const set = vi.spyOn(v8, 'setFlagsFromString')
  onTestFinished(() => set.mockRestore())
  await ones([2]).data()
  expect(set.mock.calls.flat()).toContain('--no-allocation-site-pretenuring')
})

it('should do nothing in a page, which has no process', () => {
  vi.stubGlobal('process', undefined)
  onTestFinished(() => void vi.unstubAllGlobals())
  expect(setV8Flag('--stack-trace-limit=20')).toBe(false)
})
