import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../train/temporaryFolder.ts'
import { thermograd } from './commandLine.ts'

const quick = ['--dataset', 'synthetic', '--limit', '32', '--epochs', '2']

/** The events of a command with --json. */
function eventsOf(stdout: string) {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

describe('--seeds', () => {
  it('should train once for each, as --seed does, and say mean and deviation', async () => {
    const out = await temporaryFolder()
    const { code, stdout } = await thermograd(['train', ...quick, '--seeds', '3,1', '--out', out, '--json'])
    expect(code).toBe(0)
    expect((await readdir(out)).sort()).toEqual(['seed1', 'seed3'])
    const results = eventsOf(stdout).filter(({ event }) => event === 'result')
    expect(results.map(({ seed }) => seed)).toEqual([3, 1, undefined])
    const [three, one, { seeds, summaries }] = results
    expect(seeds).toEqual([3, 1])
    const [a, b] = [three, one].map(({ last }) => last.test.top1)
    expect(summaries).toHaveLength(1)
    expect(summaries[0]).toMatchObject({ name: 'student-alone', model: 'resnet8', last: { count: 2 } })
    expect(summaries[0].last.mean).toBeCloseTo((a + b) / 2, 10)
    expect(summaries[0].last.deviation).toBeCloseTo(Math.abs(a - b) / Math.SQRT2, 10)

    const alone = ['--seed', '1', '--out', join(await temporaryFolder(), 'run'), '--json']
    const single = eventsOf((await thermograd(['train', ...quick, ...alone])).stdout).at(-1)
    expect(single.fingerprint).toBe(one.fingerprint)
  })

  it('should compare methods once for each, and show all together in a table', async () => {
    const out = await temporaryFolder()
    const methods = ['--method', 'alone,dtkd', '--teacher', 'resnet8']
    const distill = ['distill', ...quick, ...methods, '--seeds', '0,1', '--out', out]
    const { code, stdout } = await thermograd(distill)
    expect(code).toBe(0)
    expect(stdout).toContain(`run folder: ${join(out, 'seed0')}\n`)
    const [, table] = stdout.split('over seeds 0, 1: mean ± sample standard deviation\n')
    const rows = table.split('\n').filter((line) => line.startsWith('│'))
    expect(rows.map((row) => row.split('│')[1].trim())).toEqual([
      '',
      'teacher',
      'student alone',
      'student with DTKD',
    ])
    for (const row of rows.slice(1))
      expect(row).toMatch(/│ resnet8 +│ +2 │ +\d+\.\d\d ± \d+\.\d\d │ +\d+\.\d\d ± \d+\.\d\d │$/)
  })

  it('should go on as a whole: what has ended is not trained again', async () => {
    const out = await temporaryFolder()
    const train = ['train', ...quick, '--out', out, '--resume', '--json']
    const first = eventsOf((await thermograd([...train, '--seeds', '1'])).stdout)
    const both = eventsOf((await thermograd([...train, '--seeds', '1,2'])).stdout)
    expect(both.filter(({ event }) => event === 'start')).toHaveLength(1)
    const [one] = both.filter(({ event }) => event === 'result')
    expect(one).toEqual(first.find(({ event }) => event === 'result'))
  })

  it.each([
    [
      ['--seeds', '1,2', '--seed', '1'],
      "option '--seeds <numbers>' cannot be used with option '--seed <number>'",
    ],
    [['--seeds', '1,1'], 'Expected each number once.'],
    [['--seeds', '1,x'], 'Expected an integer of 0 or more.'],
    [['--seeds', '1,2', '--resume'], '--resume: expected --out with the folder of the run to resume'],
  ])('should refuse %j', async (argv, message) => {
    const { code, stderr } = await thermograd(['train', ...argv])
    expect(code).toBe(2)
    expect(stderr).toContain(message)
  })

  it('should not write into a folder that holds something', async () => {
    const out = await temporaryFolder()
    await thermograd(['train', ...quick, '--seeds', '1', '--out', out])
    const { code, stderr } = await thermograd(['train', ...quick, '--seeds', '2', '--out', out])
    expect(code).toBe(2)
    expect(stderr).toContain(`${out}: expected a new or empty folder, but this one holds seed1`)
  })
})
