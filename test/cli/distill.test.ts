import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../train/temporaryFolder.ts'
import { thermograd } from './commandLine.ts'

/** The main job in a few seconds. */
async function distill(...more: string[]) {
  const out = join(await temporaryFolder(), 'run')
  const quick = ['--limit', '64', '--student-images', '32', '--epochs', '2', '--teacher', 'resnet8']
  return { out, ...(await thermograd(['distill', ...quick, '--out', out, ...more])) }
}

/** The table without its seconds, which are the last column. */
function withoutSeconds(table: string): string[] {
  return table
    .split('\n')
    .filter((line) => line.startsWith('│'))
    .map((line) => line.replace(/[^│]*│$/, ''))
}

describe('thermograd distill', () => {
  it('should print the table of teacher and students, and the folder last', async () => {
    const { out, code, stdout, stderr } = await distill()
    expect(code).toBe(0)
    const rows = withoutSeconds(stdout)
    expect(rows.map((row) => row.split('│')[1].trim())).toEqual([
      '',
      'teacher',
      'student alone',
      'student with KD',
      'student with DTKD',
    ])
    for (const row of rows.slice(1))
      expect(row).toMatch(/│ resnet8 +│ +\d+\.\d\d % │ +\d+\.\d\d % \(epoch [12]\) │ [0-9a-f]{12} │$/)
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(`run folder: ${out}`)
    expect(stderr).toMatch(/^teacher: starts, 64 images per epoch\nteacher: done, \d+ images\/s, test top-1 /)
    expect(stderr).toMatch(
      /\nstudent with DTKD: done, \d+ images\/s, test top-1 \d+\.\d\d % after epoch 2\n$/,
    )
    for (const name of ['teacher', 'student-alone', 'student-kd', 'student-dtkd']) {
      for (const file of ['config.json', 'metrics.jsonl', 'last.safetensors', 'best.safetensors']) {
        expect(existsSync(join(out, name, file))).toBe(true)
      }
    }

    expect(withoutSeconds((await distill()).stdout)).toEqual(rows)
    expect(withoutSeconds((await distill('--seed', '1')).stdout)).not.toEqual(rows)
  })

  it('should write nothing but JSON lines to stdout if asked to', async () => {
    const { out, code, stdout, stderr } = await distill('--json', '--method', 'dtkd')
    expect(code).toBe(0)
    expect(stderr).toBe('')
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(events.map(({ event, name, epoch }) => [event, name, epoch])).toEqual([
      ['start', 'teacher', 1],
      ['epoch', 'teacher', 1],
      ['epoch', 'teacher', 2],
      ['start', 'student-dtkd', 1],
      ['epoch', 'student-dtkd', 1],
      ['epoch', 'student-dtkd', 2],
      ['result', undefined, undefined],
    ])
    const start = { event: 'start', name: 'teacher', epochs: 2, steps: 4, images: 64, epoch: 1, step: 0 }
    expect(events[0]).toEqual(start)
    expect(events[4]).toMatchObject({
      lr: 0.0125,
      train: { loss: expect.any(Number), dtkd: expect.any(Number), studentTemperature: expect.any(Number) },
      guardedRows: expect.any(Number),
      test: { top1: expect.any(Number), top5: expect.any(Number), loss: expect.any(Number) },
      seconds: expect.any(Number),
      imagesPerSecond: expect.any(Number),
    })
    const { results, folder } = events.at(-1)
    expect(folder).toBe(out)
    expect(results[1]).toEqual({
      name: 'student-dtkd',
      model: 'resnet8',
      last: events[5].test.top1,
      best: { top1: expect.any(Number), epoch: expect.any(Number) },
      fingerprint: expect.any(String),
      seconds: expect.any(Number),
    })
  })

  it('should take the teacher out of a file', async () => {
    const first = await distill('--method', 'kd', '--json')
    const weights = join(first.out, 'teacher', 'last.safetensors')
    const second = await distill('--method', 'kd', '--json', '--teacher-weights', weights)
    const top1 = ({ stdout }: { stdout: string }) =>
      JSON.parse(stdout.trimEnd().split('\n').at(-1)!).results.map(({ last }: { last: number }) => last)
    expect(top1(second)).toEqual(top1(first))
  })

  it('should draw bars on a terminal', async () => {
    const out = join(await temporaryFolder(), 'run')
    const quick = ['train', '--dataset', 'synthetic', '--limit', '32', '--epochs', '1', '--out', out]
    const { code, stderr } = await thermograd(quick, { isTTY: true })
    expect(code).toBe(0)
    expect(stderr).toMatch(/resnet8 +=+ epoch 1\/1, \d+ images\/s, 0 s left, top-1 \d+\.\d\d %/)
  })
})
