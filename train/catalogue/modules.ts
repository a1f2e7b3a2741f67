import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { arrayOf, check, path as pathRule } from '../../base/arguments.ts'
import { demand, describe, InvalidInputError } from '../../base/errors.ts'
import { isDefinition } from '../../base/registry.ts'
import type { DatasetDefinition } from '../../datasets/index.ts'
import type { MethodDefinition } from '../../kd/index.ts'
import type { NetworkDefinition } from '../../nn/index.ts'

export type Definition = NetworkDefinition | MethodDefinition | DatasetDefinition

/** A module with definitions of one's own. */
export interface ModuleRecord {
  /** Path of the module, relative to the working directory unless absolute. */
  readonly path: string
  /** SHA-256 of the file, in hexadecimal digits. What it imports is not included. */
  readonly sha256: string
}

/** A module that has been imported. */
export interface LoadedModule {
  readonly sha256: string
  readonly definitions: readonly Definition[]
}

/** Node imports a file once, so its definitions are fixed for the life of the process. */
const loaded = new Map<string, Promise<LoadedModule>>()
const settled = new Map<string, LoadedModule>()

/**
 * Imports modules that define networks, methods or data sets, each file once. A recipe whose `module` names them can be
 * parsed and resolved afterwards; functions that read recipes from files load their modules themselves.
 *
 * Throws for a file that is missing or cannot be imported, and for one that exports no definition.
 */
export async function loadModules(paths: readonly string[]): Promise<void> {
  check('loadModules', 'paths', paths, arrayOf(pathRule))
  for (const path of paths) {
    const file = resolve(path)
    if (!loaded.has(file)) loaded.set(file, load(path, file))
    settled.set(file, await loaded.get(file)!)
  }
}

/** Returns a module that has been loaded. */
export function loadedModule(path: string): LoadedModule {
  const found = settled.get(resolve(path))
  demand(
    found !== undefined,
    () => `module ${path}: has not been loaded yet: await loadModules(['${path}']) before the recipe is used`,
  )
  return found
}

async function load(path: string, file: string): Promise<LoadedModule> {
  try {
    const sha256 = createHash('sha256')
      .update(await readFile(file))
      .digest('hex')
    return { sha256, definitions: definitionsIn(path, await import(pathToFileURL(file).href)) }
  } catch (error) {
    loaded.delete(file)
    if (error instanceof InvalidInputError && error.message.startsWith(`module ${path}`)) throw error
    throw new InvalidInputError(`module ${path}: ${complaintAbout(error, path)}`, { cause: error })
  }
}

function complaintAbout(error: unknown, path: string): string {
  const { code, message = String(error) } = (error ?? {}) as {
    readonly code?: string
    readonly message?: string
  }
  const [reason] = message.split(/\n| imported from /)
  if (code === 'ENOENT') return 'expected a module with definitions, but there is no such file'
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION' && /\.[cm]?ts$/.test(path))
    return 'this Node does not import TypeScript: use Node 22.18 or newer without --no-strip-types, or compile the module to JavaScript'
  return `cannot be imported: ${reason}`
}

/** Returns the definitions among the exports of a module. */
function definitionsIn(path: string, exports: Readonly<Record<string, unknown>>): Definition[] {
  for (const [name, value] of Object.entries(exports))
    demand(
      !looksLikeDefinition(value),
      () =>
        `module ${path}: export ${name}: expected the result of defineNetwork, defineMethod or defineDataset of this ` +
        'installation of thermograd, got an object that looks like one: call the function, and import thermograd from where ' +
        'the command runs',
    )
  const definitions = Object.values(exports).filter((value): value is Definition => isDefinition(value))
  demand(
    definitions.length > 0,
    () =>
      `module ${path}: expected exports made by defineNetwork, defineMethod or defineDataset, got ` +
      (Object.entries(exports)
        .map(([name, value]) => `${name}: ${describe(value)}`)
        .join(', ') || 'no exports'),
  )
  return [...new Set(definitions)]
}

/** Whether a value has the fields of a definition but is none. */
function looksLikeDefinition(value: unknown): boolean {
  if (isDefinition(value) || typeof value !== 'object' || value === null) return false
  return (
    'name' in value &&
    (['build', 'open'] as const).some((field) => typeof Reflect.get(value, field) === 'function')
  )
}
