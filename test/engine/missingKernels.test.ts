import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../..')

/** Primitives that no executor can compute. */
const missing = { scalar: 'hypothesis', fold: 'hyperfold', call: 'hypercall' }

/** What declares them. */
const declarations: Readonly<Record<string, readonly (readonly [before: string, after: string])[]>> = {
  'engine/scalarFunctions.ts': [
    ['  logicalNot: {', `  ${missing.scalar}: { formula: '?', computes: 'float' },\n  logicalNot: {`],
  ],
  'engine/primitiveNames.ts': [
    ["  sum: 'fold',\n", `  sum: 'fold',\n  ${missing.fold}: 'fold',\n  ${missing.call}: 'call',\n`],
  ],
}

let project: string
let errors: readonly string[]

/** The compiler's errors, a line each: file, place and message. */
async function errorsIn(folder: string): Promise<string[]> {
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  const run = promisify(execFile)(process.execPath, [compiler, '--noEmit', '--pretty', 'false'], {
    cwd: folder,
  })
  const output = await run.then(
    ({ stdout }) => stdout,
    (failure: { stdout: string }) => failure.stdout,
  )
  return output.split('\n').filter((line) => /^\S.*error TS/.test(line))
}

beforeAll(async () => {
  // Inside node_modules, where the compiler finds the packages that the engine imports.
  mkdirSync(join(root, 'node_modules/.cache'), { recursive: true })
  project = mkdtempSync(join(root, 'node_modules/.cache/missing-kernels-'))
  for (const floor of ['base', 'engine']) {
    cpSync(join(root, floor), join(project, floor), {
      recursive: true,
      filter: (path) => !path.includes(`${sep}laws`),
    })
  }
  for (const [file, changes] of Object.entries(declarations)) {
    const path = join(project, file)
    const changed = changes.reduce(
      (source, [before, after]) => {
        expect(source, `${file} has changed`).toContain(before)
        return source.replace(before, after)
      },
      readFileSync(path, 'utf8'),
    )
    writeFileSync(path, changed)
  }
  const settings = { extends: join(root, 'tsconfig.json'), include: ['engine/executors'] }
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(settings))
  errors = await errorsIn(project)
}, 120_000)

afterAll(() => rmSync(project, { recursive: true, force: true }))

describe('a primitive without a kernel does not compile', () => {
  const tables = {
    [missing.scalar]: {
      reference: 'scalarFunctions.ts',
      wasm: 'executors/wasm/kernels/scalars.ts',
      gpu: 'executors/gpu/kernels/scalars.ts',
      'gpu, in WGSL': 'executors/gpu/kernels/shaders/scalars.ts',
    },
    [missing.fold]: {
      reference: 'executors/reference/kernels.ts',
      wasm: 'executors/wasm/kernels/folds.ts',
      gpu: 'executors/gpu/kernels/loop.ts',
      'gpu, in WGSL': 'executors/gpu/kernels/shaders/scalars.ts',
    },
    [missing.call]: {
      reference: 'executors/reference/kernels.ts',
      wasm: 'executors/wasm/lowering/dialect.ts',
      gpu: 'executors/gpu/kernels/index.ts',
    },
  }
  const cases = Object.entries(tables).flatMap(([name, files]) =>
    Object.entries(files).map(([executor, file]) => ({ name, executor, file })),
  )
  it.each(cases)('$name in the $executor executor', ({ name, file }) => {
    const found = errors.filter((line) => line.startsWith(`engine/${file}(`))
    // The reference executor computes the definition of a scalar function, which is part of the function's entry.
    const lacking = file === 'scalarFunctions.ts' ? 'definition' : name
    expect(found.join('\n'), errors.join('\n')).toContain(lacking)
  })

  it('and nothing else is wrong with the three', () => {
    const expected = new Set([
      ...cases.map(({ file }) => `engine/${file}`),
      'engine/executors/gpu/dialect.ts',
    ])
    const files = new Set(errors.map((line) => line.slice(0, line.indexOf('('))))
    expect(files).toEqual(expected)
  })
})
