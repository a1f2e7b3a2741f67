import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }

const root = join(import.meta.dirname, '..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')

/** The first cells of the rows of the table under a heading, with the second ones. */
function table(document: string, heading: string): { readonly [first: string]: string } {
  const section = document.split(`\n## ${heading}\n`)[1].split('\n## ')[0]
  return Object.fromEntries(
    [...section.matchAll(/^\| `(.+?)` +\| (.+?) +\|/gm)].map((row) => [row[1], row[2]]),
  )
}

/** The paths of all files that `npm pack` would pack of what there is. */
function packed(): string[] {
  const output = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [{ files }] = Object.values(JSON.parse(output)) as { files: { path: string }[] }[]
  return files.map(({ path }) => path)
}

describe('the package', () => {
  let files: string[] = []
  beforeAll(() => {
    files = packed()
  }, 120_000)

  it('should contain every file that its README links to', () => {
    const links = [...read('README.md').matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path]) => path)
    expect(links.length).toBeGreaterThan(10)
    expect(links.filter((path) => !files.includes(path) && !files.includes(join(path, 'README.md')))).toEqual(
      [],
    )
  })

  it('should contain nothing of its tests but their READMEs', () => {
    expect(files.filter((path) => path.startsWith('test/') && !path.endsWith('README.md'))).toEqual([])
  })

  it('should name in its documentation exactly what is installed with it', () => {
    const named = table(read('docs/dependencies.md'), 'Installed with the package')
    expect(Object.keys(named).sort()).toEqual(Object.keys(packageJson.dependencies).sort())
  })

  it('should name the licence of each package that it contains', () => {
    const manifests = files.filter((path) => /^(node_modules\/(@[^/]+\/)?[^/]+\/)+package\.json$/.test(path))
    const licences = manifests.flatMap((path) => {
      const { name, license } = JSON.parse(read(path))
      // These stand in for optional dependencies of GPU.js; `prepack` leaves them out.
      return name === 'empty-npm-package' ? [] : [[path.match(/([^/]+)\/package\.json$/)?.[1], license]]
    })
    expect(table(read('docs/dependencies.md'), 'Bundled in the package')).toEqual(
      Object.fromEntries(licences),
    )
  })

  it('should have one address', () => {
    const address = packageJson.homepage.replace('#readme', '')
    expect(packageJson.repository.url).toBe(`git+${address}.git`)
    expect(packageJson.bugs).toBe(`${address}/issues`)
  })

  it('should say in the changelog what its version brought', () => {
    expect(read('CHANGELOG.md')).toContain(`\n## [${packageJson.version}]`)
  })
})
