import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')

const floors = ['base', 'engine', 'nn', 'kd', 'datasets', 'train', 'cli', 'bench', 'examples']

/** The source files of each folder, by the folder's path. */
async function folders(): Promise<Map<string, string[]>> {
  const files: string[] = []
  for await (const file of glob(`{${floors.join()}}/**/*.ts`, { cwd: root })) {
    if (!file.includes('node_modules')) files.push(file)
  }
  return Map.groupBy(files, dirname)
}

describe('the READMEs', () => {
  it('should be in every folder, and name every file of it', async () => {
    const missing: string[] = []
    for (const [folder, files] of await folders()) {
      const readme = join(folder, 'README.md')
      let text = ''
      try {
        text = readFileSync(join(root, readme), 'utf8')
      } catch {
        missing.push(readme)
        continue
      }
      const unnamed = files.filter((file) => basename(file) !== 'index.ts' && !text.includes(basename(file)))
      missing.push(...unnamed.map((file) => `${file} in ${readme}`))
    }
    expect(missing).toEqual([])
  })
})
