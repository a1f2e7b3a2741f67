import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { complaintAboutNode } from '../../base/nodeVersion.ts'
import { temporaryFolder } from '../train/temporaryFolder.ts'
import { spawn } from './childProcess.ts'

const main = join(import.meta.dirname, '../../cli/main.ts')

describe('the process', () => {
  it('should end with 2 and one sentence for what cannot work', async () => {
    expect(await spawn(['train', '--batch-sise', '1'])).toEqual({
      code: 2,
      stdout: '',
      stderr: "thermograd: unknown option '--batch-sise' (Did you mean --batch-size?)\n",
    })
  })

  it('should end with 0 and name a folder in runs/ where none is given', async () => {
    const quick = ['train', '--dataset', 'synthetic', '--limit', '32', '--epochs', '1', '--seed', '7']
    const { code, stdout } = await spawn(quick)
    expect(stdout).toMatch(/\nrun folder: runs\/synthetic-resnet8-seed7\n$/)
    expect(code).toBe(0)
  })
})

const endless = ['train', '--dataset', 'synthetic', '--limit', '64', '--epochs', '5000']

/** Runs an endless training with a terminal's bars, which sends itself a signal once, or until it ends. */
function interrupted(signal: NodeJS.Signals, repeats: boolean) {
  return spawn(endless, { isTTY: true, signalsItself: { at: 'images/s', signal, repeats } })
}

/** Pipes the output of a command to a reader that goes before the command has ended. The code is that of the command. */
async function piped(
  command: readonly string[],
  redirection: string,
  cwd: string,
  reader: string,
): Promise<{ code: number; stderr: string }> {
  // It starts after a reader that reads nothing has gone.
  const line = `{ sleep 0.2; "$@" ${redirection}; echo $? > code; } | ${reader}`
  // A look for a GPU could have the Vulkan loader speak.
  const env = { ...process.env, THERMOGRAD_DEVICE: 'wasm' }
  const child = execFile('sh', ['-c', line, 'sh', process.execPath, main, ...command], { cwd, env })
  let stderr = ''
  child.stderr!.on('data', (text: string) => {
    stderr += text
  })
  await new Promise((resolve) => child.on('close', resolve))
  return { code: Number(await readFile(join(cwd, 'code'), 'utf8')), stderr }
}

describe.skipIf(process.platform === 'win32')('a process that is cut short', () => {
  it.each(['SIGHUP', 'SIGINT', 'SIGTERM', 'SIGUSR1'] as const)(
    'should save and say how to go on after one %s',
    async (signal) => {
      const { code, stderr } = await interrupted(signal, false)
      expect(code).toBe(75)
      expect(stderr).toMatch(
        /stopped after step \d+ of 4 in epoch \d+; the training can continue from there with --out \S+ --resume/,
      )
    },
  )

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('should leave the terminal as it was after %s again and again', async (signal, expected) => {
    const { code, stderr } = await interrupted(signal, true)
    expect(code).toBe(expected)
    expect(stderr.lastIndexOf('\x1b[?25h')).toBeGreaterThan(stderr.lastIndexOf('\x1b[?25l'))
  })

  it('should save, stop, and leave no lock when the reader of its output has gone', async () => {
    for (const [redirection, others, reader] of [
      ['', ['--json'], 'head -n 1 > /dev/null'],
      // A log has a line every ten seconds: here it is the first that nobody reads.
      ['2>&1', [], 'exec true'],
    ] as const) {
      const cwd = await temporaryFolder()
      const training = [...endless, '--out', 'run', ...others]
      const { code, stderr } = await piped(training, redirection, cwd, reader)
      expect(code).toBe(75)
      // Where that is what nobody reads, nothing can be said.
      if (redirection === '')
        expect(stderr).toMatch(
          /^thermograd: stopped after step \d .*; the training can continue from there with --out run/,
        )
      expect(await readdir(join(cwd, 'run', 'checkpoints'))).not.toEqual([])
      expect((await readdir(join(cwd, 'run'))).filter((name) => name.startsWith('lock'))).toEqual([])
    }
  })

  it.each([
    ['models', []],
    ['methods', ['--json']],
    ['train', ['--help']],
  ])(
    'should end quietly, as by SIGPIPE, when the reader of what %s writes has gone',
    async (command, options) => {
      const { code, stderr } = await piped([command, ...options], '', await temporaryFolder(), 'exec true')
      expect(stderr).toBe('')
      expect(code).toBe(141)
    },
  )
})

describe('the version of Node', () => {
  it.each(['22.18.0', '22.20.1', '24.0.0'])('should do: %s', (version) => {
    expect(complaintAboutNode(version)).toBeUndefined()
  })

  it.each(['18.20.4', '20.20.2', '22.17.9'])('should be too old: %s', (version) => {
    expect(complaintAboutNode(version)).toBe(
      `thermograd: expected Node 22.18 or newer, got ${version}; in a checkout, npm scripts use their own Node`,
    )
  })
})
