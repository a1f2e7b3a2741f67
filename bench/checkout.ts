import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { InvalidInputError } from '../engine/index.ts'

/** The sources of another version, which run as they are. */
export interface Checkout {
  /** A revision or a folder. */
  readonly name: string
  readonly folder: string
  remove(): Promise<void>
}

const root = join(import.meta.dirname, '..')
const runs = promisify(execFile)

/** Returns the last release: the newest tag, or the revision in `release.txt` where there is none. */
export async function lastRelease(): Promise<string> {
  try {
    return (await git('describe', '--tags', '--abbrev=0', '--match', 'v*')).trim()
  } catch {
    return readFileSync(join(import.meta.dirname, 'release.txt'), 'utf8').trim()
  }
}

/**
 * Returns a folder's sources, or those of a revision in a temporary folder, which use this checkout's packages. Throws
 * if this clone does not have the revision.
 */
export async function checkoutOf(name: string): Promise<Checkout> {
  if (existsSync(join(name, 'package.json'))) return { name, folder: name, remove: async () => {} }
  const folder = await mkdtemp(join(tmpdir(), 'thermograd-baseline-'))
  const remove = () => rm(folder, { recursive: true })
  try {
    const archive = join(folder, 'sources.tar')
    await git('archive', '--output', archive, name)
    await runs('tar', ['-xf', archive, '-C', folder])
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
    return { name, folder, remove }
  } catch (error) {
    await remove()
    throw new InvalidInputError(
      `baseline: expected a folder, or a revision that this clone has, got '${name}' (${(error as Error).message.trim()})`,
    )
  }
}

async function git(...given: string[]): Promise<string> {
  return (await runs('git', ['-C', root, ...given])).stdout
}
