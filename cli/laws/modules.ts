import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { InvalidInputError } from '../../base/errors.ts'
import {
  type HostLoss,
  isProfileFamily,
  type LogitBatch,
  type ProfileFamily,
  profileNames,
} from '../../kd/laws/index.ts'

/** What a module of a loss exports. */
export interface LossModule {
  readonly loss: HostLoss
  /** The profile that it exports, if any. */
  readonly profile?: ProfileFamily | undefined
  /** The batches that it exports, to be tried always. */
  readonly examples?: readonly LogitBatch[] | undefined
}

/** Loads the loss that a module exports as default, and the profile and the examples that it exports as `profile` and `examples`, if any. */
export async function loadLoss(file: string): Promise<LossModule> {
  const { default: loss, profile, examples } = await load(file)
  if (loss === undefined) {
    throw new InvalidInputError(
      `laws: expected ${file} to export the loss as default, but it has no default export`,
    )
  }
  if (profile !== undefined && !isProfileFamily(profile))
    throw new InvalidInputError(`laws: expected 'profile' of ${file} to be a result of defineProfile`)
  if (examples !== undefined && !Array.isArray(examples))
    throw new InvalidInputError(`laws: expected 'examples' of ${file} to be a list of batches`)
  return { loss, profile, examples }
}

/** Whether the name of a profile is that of a file: it has an extension. */
export function isFile(name: string): boolean {
  return !profileNames.some((known) => known === name) && /\.[cm]?[jt]s$/.test(name)
}

/** Loads the profile that a module exports as `profile` or as default. */
export async function loadProfile(file: string): Promise<ProfileFamily> {
  const loaded = await load(file)
  const profile = [loaded.profile, loaded.default].find(isProfileFamily)
  if (profile !== undefined) return profile
  throw new InvalidInputError(
    `laws: expected ${file} to export a result of defineProfile as 'profile' or as default, but it does not`,
  )
}

interface Exports {
  readonly default?: HostLoss
  readonly profile?: unknown
  readonly examples?: readonly LogitBatch[]
}

async function load(file: string): Promise<Exports> {
  try {
    return await import(pathToFileURL(resolve(file)).href)
  } catch (error) {
    const [reason] = String(error instanceof Error ? error.message : error).split(/\n| imported from /)
    throw new InvalidInputError(`laws: ${file} cannot be loaded: ${reason}`)
  }
}
