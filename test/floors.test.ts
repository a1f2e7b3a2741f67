import { readFileSync } from 'node:fs'
import { glob } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..')

/** The floors of the house, from the ground up: each imports only from those before it. */
const floors = ['base', 'engine', 'nn', 'kd', 'datasets', 'train', 'cli']

interface Import {
  readonly from: string
  readonly to: string
}

async function importsOfTheProject(): Promise<Import[]> {
  const imports: Import[] = []
  for await (const file of glob(`{${floors.join()}}/**/*.ts`, { cwd: root })) {
    const source = readFileSync(join(root, file), 'utf8')
    for (const [, target] of source.matchAll(/(?:from|import|import\()\s*'(\.[^']+)'/g)) {
      imports.push({ from: file, to: normalize(join(dirname(file), target)) })
    }
  }
  return imports
}

const floorOf = (file: string) => floors.indexOf(file.split('/')[0])

/** What a page imports, by the `exports` of `package.json`. */
const entriesOfPages = [
  'engine/index.ts',
  'kd/index.ts',
  'nn/index.ts',
  'datasets/browser.ts',
  'train/browser.ts',
]

/** All that a file imports when it is loaded or later; types are gone by then. */
function importsOf(file: string): string[] {
  const source = readFileSync(join(root, file), 'utf8').replaceAll(/^(im|ex)port type [^']*'[^']+'/gm, '')
  return [...source.matchAll(/(?:from|import|import\()\s*'([^']+)'/g)].map(([, target]) => target)
}

/** The file itself, and all of the project that is loaded with it. */
function filesLoadedBy(file: string): Set<string> {
  const files = new Set([file])
  for (const each of files) {
    for (const target of importsOf(each)) {
      if (target.startsWith('.')) files.add(normalize(join(dirname(each), target)))
    }
  }
  return files
}

describe('the floors', () => {
  it('should import only from the floors below', async () => {
    const imports = await importsOfTheProject()
    expect(imports.length).toBeGreaterThan(100)
    expect(imports.filter(({ from, to }) => floorOf(to) < 0 || floorOf(to) > floorOf(from))).toEqual([])
  })

  it('should keep datasets apart from tensors', async () => {
    const reaches = (await importsOfTheProject()).filter(
      ({ from, to }) => from.startsWith('datasets/') && !/^(base|datasets)\//.test(to),
    )
    expect(reaches).toEqual([])
  })

  it('should have no circle of folders in train', async () => {
    const room = (file: string) => file.split('/')[1]
    let edges = (await importsOfTheProject())
      .filter(({ from, to }) => [from, to].every((file) => file.startsWith('train/')))
      .map(({ from, to }) => ({ from: room(from), to: room(to) }))
      .filter(({ from, to }) => from !== to)
    expect(edges.length).toBeGreaterThan(50)
    // Floor by floor, what imports nothing and what nobody imports are taken away: circles are left.
    for (let before = Infinity; edges.length < before; ) {
      before = edges.length
      const [importing, imported] = [
        new Set(edges.map(({ from }) => from)),
        new Set(edges.map(({ to }) => to)),
      ]
      edges = edges.filter(({ from, to }) => importing.has(to) && imported.has(from))
    }
    expect(edges).toEqual([])
  })

  it('should lead pages to no module of Node', () => {
    const files = new Set(entriesOfPages)
    const packages = new Set<string>()
    for (const file of files) {
      for (const target of importsOf(file)) {
        if (target.startsWith('.')) files.add(normalize(join(dirname(file), target)))
        else packages.add(target)
      }
    }
    expect(files).toContain('engine/executors/wasm/threads/threads.ts')
    expect([...packages].filter((name) => name.startsWith('node:'))).toEqual([])
    expect(packages).not.toContain('undici')
  })

  it('should reach tensors through the door that gives them methods', async () => {
    const outside = (await importsOfTheProject()).filter(({ from }) => !/^engine\/(?!laws\/)/.test(from))
    expect(outside.filter(({ to }) => to === 'engine/tensor.ts')).toEqual([])
    const withoutMethods = [...new Set(outside.map(({ from }) => from))].filter((file) => {
      const loaded = filesLoadedBy(file)
      return loaded.has('engine/tensor.ts') && !loaded.has('engine/methods.ts')
    })
    expect(withoutMethods).toEqual([])
  })

  it('should have files that can be read in one sitting', async () => {
    const lines = new Map<string, number>()
    for await (const file of glob(`{${floors.join()}}/**/*.ts`, { cwd: root })) {
      lines.set(file, readFileSync(join(root, file), 'utf8').split('\n').length - 1)
    }
    expect(lines.size).toBeGreaterThan(100)
    expect([...lines].filter(([, count]) => count > 300)).toEqual([])
  })

  it('should hold no circle of imports', async () => {
    const targets = Map.groupBy(await importsOfTheProject(), ({ from }) => from)
    const finished = new Set<string>()
    const circles: string[] = []
    const visit = (file: string, path: readonly string[]) => {
      if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' → '))
      else if (!finished.has(file)) {
        for (const { to } of targets.get(file) ?? []) visit(to, [...path, file])
        finished.add(file)
      }
    }
    for (const file of targets.keys()) visit(file, [])
    expect(circles).toEqual([])
  })
})
