import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { reportedRuns } from '../train/reportedRuns.ts'
import { spawn } from './childProcess.ts'
import { thermograd } from './commandLine.ts'

describe('thermograd report', () => {
  it('should write a page and say where', async () => {
    const runs = await reportedRuns()
    const out = join(runs, 'page.html')
    const { code, stdout } = await thermograd(['report', runs, '--out', out])
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${out}\n` })
    expect(await readFile(out, 'utf8')).toMatch(/^<!doctype html>.*student-dtkd.*<\/html>\n$/s)
  })

  it('should write it without images', async () => {
    const runs = await reportedRuns()
    const out = join(runs, 'page.html')
    expect((await thermograd(['report', runs, '--out', out, '--no-images'])).code).toBe(0)
    expect(await readFile(out, 'utf8')).not.toContain('data:image')
  })

  it('should say where there is no run', async () => {
    const { code, stderr } = await thermograd(['report', import.meta.dirname])
    expect(code).toBe(2)
    expect(stderr).toBe(
      `thermograd: ${import.meta.dirname}: expected a run folder or a folder that contains some, but found no config.json in it or below it\n`,
    )
  })
})

describe('thermograd watch', () => {
  it('should serve until it is stopped', async () => {
    const runs = await reportedRuns()
    let status: Promise<number> | undefined
    const { code, stdout } = await spawn(['watch', runs, '--port', '0'], {
      heard(output, child) {
        status ??= fetch(`${output.trim()}runs`).then((response) => {
          child.kill('SIGINT')
          return response.status
        })
      },
    })
    expect(stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\n$/)
    expect({ code, status: await status }).toEqual({ code: 130, status: 200 })
  })

  it('should refuse what is no port', async () => {
    const { code, stderr } = await thermograd(['watch', 'runs', '--port', '70000'])
    expect(code).toBe(2)
    expect(stderr).toContain('Expected a port, from 0 to 65535.')
  })
})
