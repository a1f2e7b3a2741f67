import { chmod, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createModel, saveWeights } from '../../nn/index.ts'
import { cifar100Files, writeFolder } from '../datasets/cifarArchives.ts'
import { temporaryFolder } from '../train/temporaryFolder.ts'
import { spawn } from './childProcess.ts'
import { thermograd } from './commandLine.ts'

const digits = ['train', '--model', 'resnet8', '--limit', '32', '--batch-size', '16', '--json']
const longer = [...digits, '--epochs', '6', '--checkpoint-steps', '3']
/** Between the sizes of a file of weights and a checkpoint of this network. */
const largestFile = 400_000

/** The result that is the last line of JSON lines. */
function fingerprintIn(stdout: string): string {
  return JSON.parse(stdout.trimEnd().split('\n').at(-1)!).fingerprint
}

/** What the files of a folder hold. */
async function contentsOf(folder: string): Promise<Record<string, Buffer>> {
  const names = await readdir(folder)
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))])),
  )
}

/** A run of one epoch in a new folder, and what happens when it is begun again with `--resume`. */
async function runAndResume(argv: readonly string[], between: (out: string) => Promise<void>) {
  const out = join(await temporaryFolder(), 'run')
  const command = [...argv, '--epochs', '1', '--out', out]
  expect((await thermograd(command)).code).toBe(0)
  await between(out)
  const { code, stderr } = await thermograd([...command, '--resume'])
  expect(code).toBe(2)
  const sentence = stderr.trimEnd().split('\n').at(-1)!
  expect(sentence).toMatch(/^thermograd: /)
  return { out, complaint: sentence.replace('thermograd: ', '') }
}

describe.skipIf(process.platform === 'win32')('a full disk', () => {
  it('should stop a run with a sentence and leave what is there, and the run should go on as if it had never been', async () => {
    const out = join(await temporaryFolder(), 'run')
    const run = [...longer, '--out', out, '--resume']
    const whole = join(await temporaryFolder(), 'run')
    const undisturbed = fingerprintIn((await thermograd([...longer, '--out', whole])).stdout)

    // Killed after it has saved something, so that the disk holds all that a crash leaves.
    const { code: killed } = await spawn(run, {
      signalsItself: { at: '"epoch":3,', signal: 'SIGKILL' },
    })
    expect(killed).toBe(null)
    const checkpoints = join(out, 'checkpoints')
    const before = await contentsOf(checkpoints)
    expect(Object.keys(before)).not.toEqual([])

    const { code, stderr } = await spawn(run, { largestFile })
    expect(code).toBe(2)
    expect(stderr).toMatch(
      /^thermograd: \S+checkpoints\/step-\d{9}-[0-9a-f]{16}\.safetensors: cannot write this file \(EFBIG: file too large, write\)\n$/,
    )
    const saved = Object.entries(before).filter(([name]) => !name.endsWith('.partial'))
    expect(await contentsOf(checkpoints)).toEqual(Object.fromEntries(saved))
    for (const name of await readdir(out)) expect(name).not.toMatch(/partial$|^lock/)
    expect(
      (await thermograd(['evaluate', '--model', 'resnet8', '--weights', join(out, 'last.safetensors')])).code,
    ).toBe(0)

    const { code: ended, stdout } = await thermograd(run)
    expect(ended).toBe(0)
    expect(fingerprintIn(stdout)).toBe(undisturbed)
  })

  it.skipIf(process.platform !== 'linux')(
    'or a device where lines are appended should be named',
    async () => {
      const folder = await temporaryFolder()
      const out = join(folder, 'run')
      const metrics = join(out, 'metrics.jsonl')
      const device = join(folder, 'device')
      await symlink('/dev/full', device)
      let replaced: Promise<void> | undefined
      const { code, stderr } = await spawn([...digits, '--epochs', '5000', '--out', out], {
        heard: () => {
          // At once: the process appends lines all the while.
          replaced ??= rename(device, metrics)
        },
      })
      await replaced
      expect(code).toBe(2)
      expect(stderr).toBe(`thermograd: ${metrics}: expected a file, but this is a device\n`)
    },
  )
})

describe('a folder that cannot be written to', () => {
  it('should be named before anything is trained', async () => {
    const file = join(await temporaryFolder(), 'file')
    await writeFile(file, '')
    const { code, stderr } = await thermograd([...digits, '--out', join(file, 'run')])
    expect(code).toBe(2)
    expect(stderr).toMatch(
      new RegExp(`^thermograd: ${file}/run: cannot create this folder \\([^\\n]+\\)\\n$`),
    )
  })

  const mayDoAnything = process.getuid?.() === 0 || process.platform === 'win32'
  if (mayDoAnything) console.warn('Skipped: a read-only folder. This user may write to those too.')
  it.skipIf(mayDoAnything)('should be named where it is only to be read', async () => {
    const out = join(await temporaryFolder(), 'run')
    await mkdir(out)
    await chmod(out, 0o555)
    const { code, stderr } = await thermograd([...digits, '--out', out])
    expect(code).toBe(2)
    expect(stderr).toMatch(
      new RegExp(`^thermograd: ${out}/lock-\\w+: cannot write this file \\(EACCES[^\\n]+\\)\\n$`),
    )
  })
})

describe('a folder in which a process is at work', () => {
  it('should be refused to another, with and without --resume', async () => {
    const out = join(await temporaryFolder(), 'run')
    const complaints: Promise<{ code: number; stderr: string }>[] = []
    let worker: number | undefined
    await spawn([...digits, '--epochs', '5000', '--out', out], {
      heard: (_, child) => {
        if (complaints.length > 0) return
        worker = child.pid
        for (const more of [['--resume'], []]) {
          complaints.push(thermograd([...digits, '--epochs', '5000', '--out', out, ...more]))
        }
        void Promise.all(complaints).finally(() => child.kill('SIGKILL'))
      },
    })
    const [resumed, begun] = await Promise.all(complaints)
    expect([resumed.code, begun.code]).toEqual([2, 2])
    for (const { stderr } of [resumed, begun]) {
      expect(stderr).toMatch(
        new RegExp(`^thermograd: ${out}: process ${worker} on \\S+ is working in this folder\\n$`),
      )
    }
  })
})

describe('a run whose files are not as they were', () => {
  async function taught(): Promise<{ weights: string; argv: string[] }> {
    const weights = join(await temporaryFolder(), 'teacher.safetensors')
    await saveWeights(weights, createModel('resnet8', { classes: 10, channels: 1, seed: 1 }).stateDict())
    return {
      weights,
      argv: [...digits, '--method', 'kd', '--teacher', 'resnet8', '--teacher-weights', weights],
    }
  }

  it('should not be resumed without the weights of its teacher', async () => {
    const { weights, argv } = await taught()
    const { complaint } = await runAndResume(argv, () => rm(weights))
    expect(complaint).toMatch(`${weights}: there is no such file or folder`)
  })

  it('should not be resumed with other weights of its teacher', async () => {
    const { weights, argv } = await taught()
    const other = createModel('resnet8', { classes: 10, channels: 1, seed: 2 })
    const { out, complaint } = await runAndResume(argv, () => saveWeights(weights, other.stateDict()))
    expect(complaint).toMatch(
      new RegExp(
        `^${out}: this folder belongs to another run: teacher.fingerprint was "[0-9a-f]{64}", now "[0-9a-f]{64}"$`,
      ),
    )
  })

  it('should not be resumed with other images', async () => {
    const files = cifar100Files()
    const data = await writeFolder(join(await temporaryFolder(), 'data'), files)
    const argv = ['train', '--dataset', 'cifar100', '--data', data, '--model', 'resnet8', '--batch-size', '2']
    const { out, complaint } = await runAndResume(argv, async () => {
      const images = Buffer.from(files['cifar-100-binary/train.bin'])
      images[1000]++
      await writeFolder(data, { 'cifar-100-binary/train.bin': images })
    })
    expect(complaint).toMatch(
      new RegExp(
        `^${out}: this folder belongs to another run: dataset.fingerprints.training was "\\w{64}", now "\\w{64}"$`,
      ),
    )
  })

  it('should not be resumed where images are missing or cut short', async () => {
    const data = await writeFolder(join(await temporaryFolder(), 'data'), cifar100Files())
    const argv = ['train', '--dataset', 'cifar100', '--data', data, '--model', 'resnet8', '--batch-size', '2']
    const images = join(data, 'cifar-100-binary', 'train.bin')
    const { complaint } = await runAndResume(argv, async () => {
      await writeFile(images, (await readFile(images)).subarray(0, 5000))
    })
    expect(complaint).toMatch(`${images}: `)
    const { stderr } = await thermograd([...argv, '--epochs', '1', '--data', join(data, 'nowhere')])
    expect(stderr).toBe(`thermograd: ${join(data, 'nowhere')}: there is no such file or folder\n`)
  })

  it.each(['config.json', 'result.json'])('should say so where it is its %s', async (name) => {
    const { out, complaint } = await runAndResume(digits, (out) => writeFile(join(out, name), '{"half'))
    expect(complaint).toMatch(`${join(out, name)}: expected JSON (`)
  })

  it('should say so where its weights are gone', async () => {
    const { out, complaint } = await runAndResume(digits, (out) => rm(join(out, 'last.safetensors')))
    expect(complaint).toMatch(`${join(out, 'last.safetensors')}: there is no such file or folder`)
  })
})

describe('a run that was cut short', () => {
  it('should go on with what its folder says, and refuse what is said and differs', async () => {
    const out = join(await temporaryFolder(), 'run')
    const said = [...digits, '--epochs', '2', '--lr', '0.03', '--set', 'training.momentum=0.8', '--seed', '4']
    const whole = await thermograd([...said, '--out', join(await temporaryFolder(), 'run')])
    const { code, stderr } = await spawn([...said, '--out', out], {
      signalsItself: { at: '"start"', signal: 'SIGTERM' },
    })
    expect(code).toBe(75)
    expect(stderr).toMatch(`the training can continue from there with --out ${out} --resume\n`)

    const resume = ['train', '--out', out, '--resume', '--json']
    for (const [option, value, change] of [
      ['--epochs', '3', 'training.epochs was 2, now 3'],
      ['--model', 'resnet14', 'student.model was "resnet8", now "resnet14"'],
      ['--method', 'kd', 'method.name was "alone", now "kd"'],
      ['--dataset', 'synthetic', 'dataset was "digits", now "synthetic"'],
      ['--set', 'training.momentum=0.9', 'training.momentum was 0.8, now 0.9'],
      ['--set', 'training.dropLast=true', 'training.dropLast was false, now true'],
    ]) {
      expect(await thermograd([...resume, option, value])).toMatchObject({
        code: 2,
        stderr: `thermograd: ${out}: this folder belongs to another run: ${change}\n`,
      })
    }
    const asBefore = ['--lr', '0.03', '--set', 'training.dropLast=false']
    const { code: ended, stdout } = await thermograd([...resume, ...asBefore])
    expect(ended).toBe(0)
    expect(fingerprintIn(stdout)).toBe(fingerprintIn(whole.stdout))
  })
})
