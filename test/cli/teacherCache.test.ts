import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createModel, saveWeights } from '../../nn/index.ts'
import { temporaryFolder } from '../train/temporaryFolder.ts'
import { spawn } from './childProcess.ts'
import { thermograd } from './commandLine.ts'

/** A short run with a teacher, and the same with its logits kept. */
async function situation(...more: string[]) {
  const folder = await temporaryFolder()
  const weights = join(folder, 'teacher.safetensors')
  await saveWeights(weights, createModel('resnet14', { classes: 10, channels: 1, seed: 1 }).stateDict())
  const teacher = ['--teacher', 'resnet14', '--teacher-weights', weights, '--method', 'dtkd']
  const student = ['--model', 'resnet8', '--limit', '64', '--batch-size', '16']
  const command = ['train', ...student, ...teacher, '--json', ...more]
  const plain = [...command, '--out', join(folder, 'plain')]
  const cache = join(folder, 'logits')
  return { plain, cached: [...command, '--teacher-cache', cache], cache }
}

function fingerprintIn({ stdout }: { stdout: string }): string {
  return JSON.parse(stdout.trimEnd().split('\n').at(-1)!).fingerprint
}

describe('--teacher-cache', () => {
  it('should serve two processes at once, and change nothing', async () => {
    const { plain, cached, cache } = await situation('--epochs', '3')
    const both = await Promise.all([cached, cached].map((argv) => spawn(argv)))
    const fingerprint = fingerprintIn(await thermograd(plain))
    expect(both.map(fingerprintIn)).toEqual([fingerprint, fingerprint])
    expect(fingerprintIn(await spawn(cached))).toBe(fingerprint)
    expect(await readdir(cache)).toHaveLength(1)
  })

  it('should be whole, or mend itself, after a process was killed', async () => {
    const { plain, cached } = await situation('--epochs', '6')
    const out = join(await temporaryFolder(), 'run')
    const run = [...cached, '--out', out, '--resume', '--checkpoint-steps', '3']
    const { code } = await spawn(run, {
      signalsItself: { at: '"epoch":3,', signal: 'SIGKILL' },
    })
    expect(code).toBe(null)
    expect(fingerprintIn(await thermograd(run))).toBe(fingerprintIn(await thermograd(plain)))
  })

  it.skipIf(process.platform === 'win32')(
    'should cost time and not the run where the disk is full',
    async () => {
      const { plain, cached } = await situation(
        ...['--epochs', '2', '--set', 'augmentation.padding=2', '--set', 'augmentation.flip=false'],
      )
      // Checkpoints are smaller, the logits of all images at their 25 placements larger.
      const outcome = await spawn(cached, { largestFile: 1_000_000 })
      expect(outcome.code).toBe(0)
      expect(fingerprintIn(outcome)).toBe(fingerprintIn(await thermograd(plain)))
      const warnings = outcome.stdout.split('\n').filter((line) => line.includes('"warning"'))
      expect(warnings.map((line) => JSON.parse(line).message)).toEqual([
        expect.stringMatching(
          /\.logits: cannot store more of the teacher's logits \(EFBIG: file too large, write\)$/,
        ),
      ])
    },
  )

  it('should be refused with a method of features, and with a precision that there is not', async () => {
    const { cached, cache } = await situation('--epochs', '1')
    expect(await thermograd([...cached, '--method', 'fitnet'])).toMatchObject({
      code: 2,
      stderr:
        "thermograd: fitnet: this method needs the teacher's features, but a teacher cache stores only logits\n",
    })
    expect(await thermograd(['distill', '--method', 'kd,at', '--teacher-cache', cache])).toMatchObject({
      code: 2,
      stderr:
        "thermograd: at: this method needs the teacher's features, but a teacher cache stores only logits\n",
    })
    const { code, stderr } = await thermograd([...cached, '--teacher-cache-precision', 'int8'])
    expect(code).toBe(2)
    expect(stderr).toContain("argument 'int8' is invalid. Allowed choices are float32, float16.")
  })
})
