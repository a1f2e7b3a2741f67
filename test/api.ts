import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { API, type Project, SymbolFlags } from 'typescript/unstable/sync'
import packageJson from '../package.json' with { type: 'json' }

// Writes docs/api.txt: all that the entries of the package export, with signatures, from what `npm run build` built. With
// --check it only compares, so that no change of the public API goes unreviewed.

const root = join(import.meta.dirname, '..')
const snapshot = join(root, 'docs', 'api.txt')

/** The declarations of each entry, the narrow entries first; what another entry has said is only named. */
const entries = Object.entries(packageJson.exports).flatMap(([entry, target]) =>
  typeof target === 'object'
    ? [{ name: entry.replace('.', packageJson.name), file: join(root, target.types) }]
    : [],
)
entries.sort((a, b) => Number(a.name === packageJson.name) - Number(b.name === packageJson.name))

function describeApi(): string {
  const folder = mkdtempSync(join(tmpdir(), 'api-'))
  const project = join(folder, 'tsconfig.json')
  const compilerOptions = {
    module: 'nodenext',
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
  }
  writeFileSync(project, JSON.stringify({ compilerOptions, files: entries.map(({ file }) => file) }))
  const api = new API({ cwd: root })
  try {
    const opened = api.updateSnapshot({ openProjects: [project] }).getProjects()[0]
    const described = new Set<string>()
    return entries
      .map(({ name, file }) => `# ${name}\n\n${describeEntry(opened, file, described)}\n`)
      .join('\n')
  } finally {
    api.close()
    rmSync(folder, { recursive: true })
  }
}

function describeEntry({ checker, program, emitter }: Project, file: string, described: Set<string>): string {
  const source = program.getSourceFile(file)
  const module = source && checker.getSymbolAtLocation(source)
  if (!module) throw new Error(`api: expected ${file}; run npm run build`)
  const exported = checker.getExportsOfModule(module).toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return exported
    .map((symbol) => {
      const declared = symbol.flags & SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
      const nodes = declared.declarations.map((handle) => handle.resolve())
      const text = nodes.map((node) => (node ? emitter.printNode(node) : '')).join('\n')
      const whole = withoutComments(text)
      if (described.has(whole)) return symbol.name
      described.add(whole)
      return whole
    })
    .join('\n')
}

const withoutComments = (text: string) => text.replaceAll(/^\s*\/\*\*[\s\S]*?\*\/\n/gm, '')

const found = describeApi()
if (!process.argv.includes('--check')) writeFileSync(snapshot, found)
else if (found !== readFileSync(snapshot, 'utf8')) {
  console.error('api: docs/api.txt differs from what was built; run npm run api, and review the change')
  process.exitCode = 1
}
