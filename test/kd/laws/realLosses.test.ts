import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import {
  checkLaws,
  familyOf,
  formatReport,
  type HostLoss,
  isBad,
  type ProfileFamily,
  processLoss,
} from '../../../kd/laws/index.ts'
import { temporaryFolder } from '../../train/temporaryFolder.ts'

const root = join(import.meta.dirname, '../../..')
const packages = join(root, 'bench/rivals/node_modules')

interface Entry {
  readonly title: string
  readonly framework: string
  readonly profile: ProfileFamily
  readonly temperature: number
  /** The laws that the loss breaks. */
  readonly broken: readonly string[]
  readonly source: string
}

/** Reads a section of the page: a title, the framework and the profile, what is broken, and a block of code. */
function entryOf(section: string): Entry {
  const part = (pattern: RegExp) => {
    const found = pattern.exec(section)
    expect(found, `${pattern} in ${section}`).not.toBeNull()
    return found![1]
  }
  const broken = part(/^Breaks ([^.:]*)[.:]/m).matchAll(/`([\w-]+)`/g)
  return {
    title: part(/^(.*)$/m),
    framework: part(/^(PyTorch|TensorFlow\.js|jax-js|Plain JavaScript)\b/m),
    profile: familyOf(part(/, profile `([\w-]+)`/)),
    temperature: section.includes('`, τ = 1.') ? 1 : 4,
    broken: [...broken].map(([, name]) => name).sort(),
    source: part(/```(?:python|js)\n([\s\S]*?)```/),
  }
}

const page = await readFile(join(root, 'docs/real-losses.md'), 'utf8')
const entries = page.split('\n## ').slice(1).map(entryOf)

const python = ['python3', '/usr/bin/python3'].find(
  (name) => spawnSync(name, ['-c', 'import torch'], { timeout: 60_000 }).status === 0,
)
const isInstalled: Readonly<Record<string, boolean>> = {
  PyTorch: python !== undefined,
  'TensorFlow.js': existsSync(join(packages, '@tensorflow/tfjs')),
  'jax-js': existsSync(join(packages, '@jax-js/jax')),
  'Plain JavaScript': true,
}

/** Loads a block as a loss. */
async function opened({ framework, source }: Entry): Promise<{ loss: HostLoss; close?: () => void }> {
  const folder = await temporaryFolder()
  if (framework === 'PyTorch') {
    const file = join(folder, 'loss.py')
    const server = await readFile(join(root, 'examples/python/kd_loss.py'), 'utf8')
    await writeFile(
      file,
      server.replace('\nparts = {', () => `\n${source}\n\nparts = {`),
    )
    return processLoss(`${python} -W ignore "${file}"`)
  }
  const file = join(folder, 'loss.mjs')
  if (existsSync(packages)) await symlink(packages, join(folder, 'node_modules'))
  await writeFile(file, source)
  return { loss: (await import(pathToFileURL(file).href)).default }
}

describe('docs/real-losses.md', () => {
  it('should hold ten losses in four frameworks', () => {
    expect(entries.length).toBeGreaterThanOrEqual(10)
    expect(new Set(entries.map(({ framework }) => framework))).toEqual(new Set(Object.keys(isInstalled)))
  })

  for (const entry of entries) {
    const { title, framework, profile, temperature, broken } = entry
    const told = broken.length === 0 ? 'breaks nothing' : `breaks ${broken.join(', ')}`
    const note = isInstalled[framework] ? '' : ` (skipped: ${framework} is not installed)`
    it.skipIf(!isInstalled[framework])(
      `${title}, ${profile.name}: ${told}${note}`,
      async () => {
        const { loss, close } = await opened(entry)
        const report = await checkLaws(loss, profile, { runs: 20, seed: 1, temperature })
        close?.()
        const found = report.verdicts.filter(isBad).map(({ law }) => law.name)
        expect(found.sort(), formatReport(report)).toEqual(broken)
      },
      120_000,
    )
  }
})
