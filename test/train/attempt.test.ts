import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { lockFolder } from '../../train/runFolder/lock.ts'
import { temporaryFolder } from './temporaryFolder.ts'

/** A folder that a process on another machine left locked. */
async function folderLeftBy(attempt: object | undefined): Promise<string> {
  const folder = await temporaryFolder()
  await writeFile(
    join(folder, 'lock-0123456789abcdef'),
    JSON.stringify({ process: 1, host: 'elsewhere', began: '', since: 0, attempt }),
  )
  return folder
}

afterEach(() => void vi.unstubAllEnvs())

describe('a folder that was left locked on another machine', () => {
  it('should be taken over by a later attempt of the same Slurm job, and by nobody else', async () => {
    const folder = await folderLeftBy({ job: 'Slurm 17', number: 0 })
    await expect(lockFolder(folder)).rejects.toThrow('process 1 on elsewhere is working in this folder')
    vi.stubEnv('SLURM_JOB_ID', '17')
    // Two steps of one job at the same time are no attempts.
    await expect(lockFolder(folder)).rejects.toThrow('process 1 on elsewhere is working in this folder')
    vi.stubEnv('SLURM_RESTART_COUNT', '1')
    await (await lockFolder(folder)).release()
    vi.stubEnv('SLURM_JOB_ID', '18')
    const other = await folderLeftBy({ job: 'Slurm 17', number: 0 })
    await expect(lockFolder(other)).rejects.toThrow('process 1 on elsewhere is working in this folder')
  })

  it('should be taken over by a later attempt of the same AWS Batch job', async () => {
    const folder = await folderLeftBy({ job: 'AWS Batch 4f:3', number: 1 })
    vi.stubEnv('AWS_BATCH_JOB_ID', '4f:3')
    vi.stubEnv('AWS_BATCH_JOB_ATTEMPT', '1')
    await expect(lockFolder(folder)).rejects.toThrow('process 1 on elsewhere is working in this folder')
    vi.stubEnv('AWS_BATCH_JOB_ATTEMPT', '2')
    await (await lockFolder(folder)).release()
  })

  it('should say which attempt holds it', async () => {
    const folder = await temporaryFolder()
    vi.stubEnv('SLURM_JOB_ID', '17')
    vi.stubEnv('SLURM_RESTART_COUNT', '2')
    const lock = await lockFolder(folder)
    const [name] = await readdir(folder)
    const { attempt } = JSON.parse(await readFile(join(folder, name), 'utf8'))
    expect(attempt).toEqual({ job: 'Slurm 17', number: 2 })
    await lock.release()
  })
})
