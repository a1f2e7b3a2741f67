import { execFile, spawn } from 'node:child_process'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { Job } from 'kubernetes-models/batch/v1'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { kubernetesJob, slurmScript } from '../../../train/index.ts'
import { temporaryFolder } from '../temporaryFolder.ts'

const slurm = { manifest: 'runs.jsonl', runs: 12, atOnce: 8, cpus: 4, memory: 6, hours: 24 }
const kubernetes = { ...slurm, image: 'registry.example/thermograd:1', claim: 'study' }

/** What sbatch is told in the script, by the option's name. */
function optionsOf(script: string): Record<string, string> {
  const lines = script.split('\n').filter((line) => line.startsWith('#SBATCH'))
  return Object.fromEntries(lines.map((line) => /^#SBATCH --([a-z-]+)(?:=(\S+))?$/.exec(line)!.slice(1)))
}

describe('each template', () => {
  it.each([
    ['Slurm', (manifest: string) => slurmScript({ ...slurm, manifest })],
    ['Kubernetes', (manifest: string) => kubernetesJob({ ...kubernetes, manifest })],
  ])('of %s should refuse a path that could add lines, and keep any other to its places', (_, write) => {
    const linesOf = (manifest: string) => write(manifest).split(/[\r\n\u0085\u2028\u2029]/).length
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }), (manifest) => {
        if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(manifest))
          expect(() => write(manifest)).toThrow('without line breaks')
        else expect(linesOf(manifest)).toBe(linesOf('runs.jsonl'))
      }),
      { examples: [['a\ntouch injected'], ['a\rb'], ['a\u2028b'], ['a\u0000b']] },
    )
  })
})

describe('the batch script for Slurm', () => {
  it('should say nothing to sbatch but what its manual page knows, before the first command', () => {
    const script = slurmScript(slurm)
    // Long options out of sbatch(1) of Slurm, each with the form of its value.
    const documented: Record<string, RegExp | undefined> = {
      'job-name': /^\S+$/,
      array: /^\d+-\d+%\d+$/,
      'cpus-per-task': /^\d+$/,
      mem: /^\d+[KMGT]$/,
      time: /^\d+:\d\d:\d\d$/,
      requeue: undefined,
      'open-mode': /^(append|truncate)$/,
      signal: /^(B:)?[A-Z0-9]+@\d+$/,
    }
    const options = optionsOf(script)
    for (const [name, value] of Object.entries(options)) {
      expect(Object.keys(documented)).toContain(name)
      if (documented[name]) expect(value).toMatch(documented[name])
      else expect(value).toBeUndefined()
    }
    expect(options).toMatchObject({ array: '0-11%8', 'cpus-per-task': '4', mem: '6G', time: '24:00:00' })
    const lines = script.split('\n')
    const firstCommand = lines.findIndex((line) => line !== '' && !line.startsWith('#'))
    expect(lines.findLastIndex((line) => line.startsWith('#SBATCH'))).toBeLessThan(firstCommand)
  })

  it('should be what bash can read, whatever the manifest is called', async () => {
    for (const manifest of ['runs.jsonl', "it's a $HOME `study`.jsonl"]) {
      const path = join(await temporaryFolder(), 'script')
      await writeFile(path, slurmScript({ ...slurm, manifest }))
      await promisify(execFile)('bash', ['-n', path])
    }
  })

  it('should ask the run to save when Slurm gives notice, and queue again where it has', async () => {
    expect(await outcomeOfNotice(75)).toBe('run --manifest runs.jsonl --index auto\nTERM\nrequeue 41\n')
    expect(await outcomeOfNotice(1)).toBe('run --manifest runs.jsonl --index auto\nTERM\n')
  })

  it("should end with the run's own code where there is no notice", async () => {
    const { folder, env } = await commandsThatTell('exit 2')
    await writeFile(join(folder, 'script'), slurmScript(slurm))
    const end = promisify(execFile)('bash', ['script'], { cwd: folder, env })
    await expect(end).rejects.toMatchObject({ code: 2 })
  })
})

/** What the commands in the script tell if notice is given while the run is at work, which then ends with the code. */
async function outcomeOfNotice(code: number): Promise<string> {
  const { folder, env } = await commandsThatTell(
    `trap 'echo TERM >> told; exit ${code}' TERM; echo ready; while true; do sleep 0.05; done`,
  )
  await writeFile(join(folder, 'script'), slurmScript(slurm))
  const child = spawn('bash', ['script'], { cwd: folder, env })
  child.stdout.once('data', () => child.kill('SIGUSR1'))
  await new Promise((resolve) => child.on('close', resolve))
  return readFile(join(folder, 'told'), 'utf8')
}

/** Commands `thermograd`, which goes on as it is told, and `scontrol`. Both write down how they were called. */
async function commandsThatTell(work: string) {
  const folder = await temporaryFolder()
  const bin = join(folder, 'bin')
  await mkdir(bin)
  for (const [name, body] of Object.entries({ thermograd: work, scontrol: '' })) {
    await writeFile(join(bin, name), `#!/bin/bash\necho "$@" >> told\n${body}\n`)
    await chmod(join(bin, name), 0o755)
  }
  const env = {
    ...process.env,
    PATH: `${bin}:${process.env.PATH}`,
    SLURM_CPUS_PER_TASK: '4',
    SLURM_JOB_ID: '41',
  }
  return { folder, env }
}

describe('the Job for Kubernetes', () => {
  it('should be valid by the schema of batch/v1 for every size', () => {
    fc.assert(
      fc.property(
        fc.record({
          runs: fc.integer({ min: 1, max: 500 }),
          atOnce: fc.integer({ min: 1, max: 50 }),
          cpus: fc.integer({ min: 1, max: 64 }),
          memory: fc.integer({ min: 1, max: 256 }),
        }),
        (sizes) => {
          const job = parse(kubernetesJob({ ...kubernetes, ...sizes }))
          new Job(job).validate()
          expect(job.spec).toMatchObject({ completionMode: 'Indexed', completions: sizes.runs })
        },
      ),
      { numRuns: 20 },
    )
  })

  it('should be refused by that schema where a value is of the wrong kind', () => {
    const job = parse(kubernetesJob(kubernetes))
    job.spec.completions = 'twelve'
    expect(() => new Job(job).validate()).toThrow('data/spec/completions must be integer')
  })

  it('should let a saved run go on and give up on what cannot work', () => {
    const { spec } = parse(kubernetesJob(kubernetes))
    const [container] = spec.template.spec.containers
    expect(container.command).toEqual(['thermograd', 'run', '--manifest', 'runs.jsonl', '--index', 'auto'])
    const actions = spec.podFailurePolicy.rules.flatMap(
      ({
        action,
        onExitCodes,
      }: {
        action: string
        onExitCodes?: { containerName: string; values: number[] }
      }) => (onExitCodes ? [[action, onExitCodes.values, onExitCodes.containerName === container.name]] : []),
    )
    expect(actions).toEqual([
      ['Ignore', [75], true],
      ['FailIndex', [2], true],
    ])
  })

  it('should keep what is not YAML by itself: an odd name of the manifest', () => {
    const job = parse(kubernetesJob({ ...kubernetes, manifest: 'a: b #c.jsonl' }))
    expect(job.spec.template.spec.containers[0].command[3]).toBe('a: b #c.jsonl')
  })
})
