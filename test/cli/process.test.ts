import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { complaintAboutNode } from '../../cli/nodeVersion.ts'
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

/** Starts an endless training with a terminal's bars, and gives what it wrote once so many signals have ended it. */
async function interrupted(
  signal: NodeJS.Signals,
  count: number,
): Promise<{ code: number | null; stderr: string }> {
  const cwd = await temporaryFolder()
  // The bars only need to be told that there is a terminal.
  const pretend = 'data:text/javascript,process.stderr.isTTY=true'
  const child = execFile(
    process.execPath,
    ['--import', pretend, main, 'train', '--dataset', 'synthetic', '--limit', '64', '--epochs', '5000'],
    { cwd },
  )
  let stderr = ''
  let sent = 0
  child.stderr!.on('data', (text: string) => {
    stderr += text
    if (stderr.includes('images/s') && sent++ < count) child.kill(signal)
  })
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, stderr }
}

describe('a process that is cut short', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGUSR1'] as const)(
    'should save and say how to go on after one %s',
    async (signal) => {
      const { code, stderr } = await interrupted(signal, 1)
      expect(code).toBe(75)
      expect(stderr).toMatch(
        /stopped after step \d+ of 4 in epoch \d+; the training can go on from there with --out \S+ --resume/,
      )
    },
  )

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('should leave the terminal as it was after %s again and again', async (signal, expected) => {
    const { code, stderr } = await interrupted(signal, 100)
    expect(code).toBe(expected)
    expect(stderr.lastIndexOf('\x1b[?25h')).toBeGreaterThan(stderr.lastIndexOf('\x1b[?25l'))
  })

  it('should end quietly when its reader has gone', async () => {
    const cwd = await temporaryFolder()
    const arguments_ = ['train', '--dataset', 'synthetic', '--limit', '64', '--epochs', '5000', '--json']
    // A look for a GPU could have the Vulkan loader speak.
    const env = { ...process.env, THERMOGRAD_DEVICE: 'wasm' }
    const child = execFile(process.execPath, [main, ...arguments_], { cwd, env })
    let stderr = ''
    child.stderr!.on('data', (text: string) => {
      stderr += text
    })
    child.stdout!.once('data', () => child.stdout!.destroy())
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0)
    expect(stderr).toBe('')
  })
})

describe('the version of Node', () => {
  it.each(['22.18.0', '22.20.1', '24.0.0'])('should do: %s', (version) => {
    expect(complaintAboutNode(version)).toBeUndefined()
  })

  it.each(['18.20.4', '20.20.2', '22.17.9'])('should be too old: %s', (version) => {
    expect(complaintAboutNode(version)).toBe(
      `thermograd: expected Node 22.18 or newer, this is ${version}; npm scripts of the package bring their own`,
    )
  })
})
