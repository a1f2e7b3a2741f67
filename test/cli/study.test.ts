import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { PlannedRun } from '../../train/index.ts'
import { lockFolder } from '../../train/runFolder/lock.ts'
import { temporaryFolder } from '../train/temporaryFolder.ts'
import { spawn } from './childProcess.ts'
import { thermograd } from './commandLine.ts'

const pair = `
dataset: synthetic
student: { model: resnet8 }
training: { epochs: 2, batchSize: 8 }
limit: 32
`

/** A study of one network, alone, with these seeds; planned. */
async function planned({ seeds = [1, 2], lr = 0.01, epochs = 2, folder = '' } = {}) {
  const here = folder || (await temporaryFolder())
  const [recipe, study, manifest] = ['pair.yaml', 'study.yaml', 'runs.jsonl'].map((name) => join(here, name))
  await writeFile(recipe, pair)
  await writeFile(
    study,
    `out: ${join(here, 'runs')}\npairs: [${recipe}]\nmethods: [alone]\nseeds: [${seeds}]\n` +
      `set: { training: { lr: ${lr}, epochs: ${epochs} } }\n`,
  )
  const { code, stdout } = await thermograd(['study', 'plan', study])
  expect(code).toBe(0)
  await writeFile(manifest, stdout)
  const runs: PlannedRun[] = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  return { here, manifest, runs }
}

function eventsOf(stdout: string) {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

afterEach(() => void vi.unstubAllEnvs())

describe('thermograd run', () => {
  it('should run a line into its folder, and leave alone what has ended', async () => {
    const { manifest, runs } = await planned()
    const run = ['run', '--manifest', manifest, '--index', '1', '--json']
    const first = await thermograd(run)
    expect(first.code).toBe(0)
    const { event, id, folder, fingerprint } = eventsOf(first.stdout).at(-1)
    expect({ event, id, folder }).toEqual({ event: 'result', id: runs[1].id, folder: runs[1].folder })
    // Nothing is opened: not even the device is looked at.
    const again = await thermograd([...run, '--device', 'none'])
    expect(again).toMatchObject({ code: 0, stderr: '' })
    expect(eventsOf(again.stdout)).toEqual([expect.objectContaining({ event: 'result', fingerprint })])
    const told = await thermograd(run.slice(0, -1))
    expect(told.stdout).toMatch(
      new RegExp(
        `^already finished: test top-1 .+\nfingerprint of the weights: ${fingerprint.slice(0, 12)}\nrun folder: .+seed2\n$`,
      ),
    )
  })

  it('should take its line from the engine that started it', async () => {
    const { manifest, runs } = await planned()
    const run = ['run', '--manifest', manifest, '--index', 'auto', '--json']
    vi.stubEnv('SLURM_ARRAY_TASK_ID', '1')
    expect(eventsOf((await thermograd(run)).stdout).at(-1).folder).toBe(runs[1].folder)
    vi.stubEnv('JOB_COMPLETION_INDEX', '0')
    expect(await thermograd(run)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        'SLURM_ARRAY_TASK_ID and JOB_COMPLETION_INDEX are set: give the index as a number',
      ),
    })
  })

  it('should go on where it was killed, and end as if it had not been', async () => {
    const whole = await planned({ epochs: 8 })
    const end = await thermograd(['run', '--manifest', whole.manifest, '--index', '0', '--json'])
    const { manifest } = await planned({ epochs: 8 })
    const run = ['run', '--manifest', manifest, '--index', '0', '--checkpoint-steps', '1', '--json']
    const killed = await spawn(run, {
      signalsItself: { at: '"event":"epoch"', signal: 'SIGKILL' },
    })
    expect(killed.code).toBeNull()
    const resumed = eventsOf((await thermograd(run)).stdout)
    expect(resumed[0]).toMatchObject({ event: 'start' })
    expect(resumed[0].epoch + resumed[0].step).toBeGreaterThan(1)
    expect(resumed.at(-1).fingerprint).toBe(eventsOf(end.stdout).at(-1).fingerprint)
  })

  it.each(['SIGTERM', 'SIGUSR1'] as const)('should save and end with 75 after %s', async (signal) => {
    const { manifest } = await planned({ epochs: 2000 })
    const { code, stderr } = await spawn(['run', '--manifest', manifest, '--index', '0'], {
      signalsItself: { at: 'starts, 32 images', signal },
    })
    expect(code).toBe(75)
    expect(stderr).toContain('; the training can continue from there with the same command\n')
  })

  it('should tell the losers of a race for a fresh line who is at work on it', async () => {
    const { manifest, runs } = await planned()
    const line = ['run', '--manifest', manifest, '--index', '0']
    const outcomes = await Promise.all([1, 2, 3].map(() => spawn(line)))
    const winners = outcomes.filter(({ code }) => code === 0)
    expect(winners.filter(({ stdout }) => !stdout.startsWith('already finished'))).toHaveLength(1)
    for (const { code, stderr } of outcomes.filter((outcome) => !winners.includes(outcome))) {
      expect(stderr).toMatch(
        new RegExp(`thermograd: ${runs[0].folder}: process \\d+ on \\S+ is working in this folder\\n$`),
      )
      expect(code).toBe(2)
    }
  })

  it('should refuse a line that somebody is at work on', async () => {
    const { manifest, runs } = await planned({ epochs: 2000 })
    const run = ['run', '--manifest', manifest, '--index', '0']
    await spawn(run, {
      signalsItself: { at: 'starts, 32 images', signal: 'SIGTERM' },
    })
    const lock = await lockFolder(runs[0].folder)
    expect(await thermograd(run)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`${runs[0].folder}: process ${process.pid} on `),
    })
    await lock.release()
  })

  it('should refuse the folder of another run, whether that has ended or not', async () => {
    const { here, manifest, runs } = await planned()
    await thermograd(['run', '--manifest', manifest, '--index', '0'])
    const other = await planned({ folder: here, lr: 0.02 })
    expect(await thermograd(['run', '--manifest', other.manifest, '--index', '0'])).toMatchObject({
      code: 2,
      stderr: `thermograd: ${runs[0].folder}: this folder belongs to another run: training.lr was 0.01, now 0.02\n`,
    })
  })

  it.each([
    [['--index', '2'], /^thermograd: index: .+ has 2 runs, 0 to 1, but the index is 2\n$/],
    [['--index', 'first'], /Expected an integer of 0 or more, or auto\.\n$/],
    [['--index', 'auto'], /^thermograd: index: this process is not part of a job array: none of /],
    [[], /required option '--index <number>' not specified\n$/],
  ])('should refuse %j', async (argv, message) => {
    const { manifest } = await planned()
    const { code, stderr } = await thermograd(['run', '--manifest', manifest, ...argv])
    expect(code).toBe(2)
    expect(stderr).toMatch(message)
  })
})

describe('thermograd study', () => {
  it('should report what has ended, and name what has not', async () => {
    const { manifest, runs } = await planned({ seeds: [0, 1, 2, 3], epochs: 1 })
    for (const index of ['0', '1', '3']) await thermograd(['run', '--manifest', manifest, '--index', index])
    const top1 = await Promise.all(
      [0, 3].map(
        async (place) =>
          JSON.parse(await readFile(join(runs[place].folder, 'result.json'), 'utf8')).last.test.top1,
      ),
    )
    // As if it had been cut short after its last epoch.
    await rm(join(runs[1].folder, 'result.json'))
    const { code, stdout } = await thermograd(['study', 'report', manifest])
    expect(code).toBe(0)
    const [mean, deviation] = [(top1[0] + top1[1]) / 2, Math.abs(top1[0] - top1[1]) / Math.SQRT2]
    const row = stdout.split('\n').find((line) => line.startsWith('│ resnet8'))!
    expect(
      row
        .split('│')
        .slice(1, 5)
        .map((cell) => cell.trim()),
    ).toEqual(['resnet8', 'alone', '2 of 4', `${mean.toFixed(2)} ± ${deviation.toFixed(2)}`])
    expect(stdout).toContain(`not started: 1 of 4\n  ${runs[2].folder}\n`)
    expect(stdout).toContain(`not finished: 1 of 4\n  ${runs[1].folder}\n`)

    const [report] = eventsOf((await thermograd(['study', 'report', manifest, '--json'])).stdout)
    expect(report.pairs[0].methods[0].last).toEqual({
      count: 2,
      mean: expect.closeTo(mean, 9),
      deviation: expect.closeTo(deviation, 9),
    })
    expect(report).toMatchObject({ event: 'result', missing: [runs[2].folder], unfinished: [runs[1].folder] })

    await writeFile(join(runs[0].folder, 'result.json'), '{')
    expect((await thermograd(['study', 'report', manifest])).stderr).toContain('result.json: expected JSON')
  })

  it('should write a script for Slurm and a Job for Kubernetes with the number of runs', async () => {
    const { manifest } = await planned()
    const slurm = await thermograd([
      'study',
      'templates',
      'slurm',
      manifest,
      '--at-once',
      '1',
      '--hours',
      '6',
    ])
    expect(slurm.stdout).toContain('\n#SBATCH --array=0-1%1\n')
    expect(slurm.stdout).toContain('\n#SBATCH --time=6:00:00\n')
    const kubernetes = await thermograd([
      'study',
      'templates',
      'kubernetes',
      manifest,
      '--image',
      'images/own:2',
    ])
    expect(kubernetes.stdout).toContain('\n  completions: 2\n')
    expect(kubernetes.stdout).toContain('image: images/own:2\n')
    expect(await thermograd(['study', 'templates', 'ray', manifest])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        "'ray' is invalid for argument 'engine'. Allowed choices are slurm, kubernetes.",
      ),
    })
  })
})
