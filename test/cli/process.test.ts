import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { complaintAboutNode } from '../../cli/nodeVersion.ts'
import { temporaryFolder } from '../train/temporaryFolder.ts'
import type { Outcome } from './commandLine.ts'

const main = join(import.meta.dirname, '../../cli/main.ts')

/** Runs the command line as a process of its own in a new folder. */
async function spawn(...argv: string[]): Promise<Outcome> {
  const cwd = await temporaryFolder()
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [main, ...argv], { cwd }, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode!, stdout, stderr })
    })
  })
}

describe('the process', () => {
  it('should end with 2 and one sentence for what cannot work', async () => {
    expect(await spawn('train', '--sed', '1')).toEqual({
      code: 2,
      stdout: '',
      stderr: "thermograd: unknown option '--sed' (Did you mean --seed?)\n",
    })
  })

  it('should end with 0 and name a folder in runs/ where none is given', async () => {
    const { code, stdout } = await spawn(
      'train',
      '--dataset',
      'synthetic',
      '--limit',
      '32',
      '--epochs',
      '1',
      '--seed',
      '7',
    )
    expect(stdout).toMatch(/\nrun folder: runs\/synthetic-resnet8-seed7\n$/)
    expect(code).toBe(0)
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
