import { expect, it } from 'vitest'
import { Cases } from './cases.ts'
import { formatNames } from './formats/index.ts'

it.each(formatNames)(
  'should read or refuse every spoiled file; npm run fuzz:files tries more: %s',
  async (format) => {
    const cases = await Cases.of(format, 0)
    let refused = 0
    for (let number = 0; number < 40; number++) {
      const { problem, wasRead, milliseconds } = await cases.run(number)
      expect(problem, `seed 0, case ${number}`).toBeUndefined()
      expect(milliseconds, `seed 0, case ${number}`).toBeLessThan(10_000)
      if (!wasRead) refused++
    }
    // A teacher's cache is refused for its header only: a damaged slot counts as empty.
    expect(refused).toBeGreaterThan(format === 'teacherCache' ? 0 : 10)
  },
)
