import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }

const root = join(import.meta.dirname, '..')
const run = promisify(execFile)

const conditions = ['node', 'browser'] as const

/** A program that imports one entry of the package, and the first tensors that it meets there. */
interface Program {
  readonly code: string
  readonly tensors: string
  /** Under `browser`, where an entry makes no tensors of its own there. */
  readonly inPages?: { readonly code: string; readonly tensors: '[]' }
}

const programs: Readonly<Record<string, Program>> = {
  '.': { code: "import { relu } from 'thermograd'", tensors: '[relu(1)]' },
  './engine': {
    code: "import { arange, tensor, variable } from 'thermograd/engine'",
    tensors: '[arange(3), variable(tensor(1))]',
  },
  './engine/laws': {
    code: "import fc from 'fast-check'; import { tensorOf } from 'thermograd/engine/laws'",
    tensors: 'fc.sample(tensorOf([2]), 1)',
  },
  './nn': {
    code: "import { createModel } from 'thermograd/nn'",
    tensors: "[...createModel('resnet8').state()]",
  },
  './kd': { code: "import { warmUpWeight } from 'thermograd/kd'", tensors: '[warmUpWeight(1, 20)]' },
  './kd/laws': {
    code: `import { hostLoss } from 'thermograd/kd/laws'
      const given = []
      const loss = (student, teacher, labels) => given.push(student, teacher, labels) && student
      hostLoss({ loss }, { name: 'none' }).loss([[1]], [[1]], [0]).catch(() => {})`,
    tensors: 'given',
  },
  './datasets': { code: "import { syntheticDataset } from 'thermograd/datasets'", tensors: '[]' },
  './train': {
    code: `import { newNetwork } from 'thermograd/train'
      const data = { train: { images: { shape: [1, 1, 8, 8] } }, classNames: ['a', 'b'] }`,
    tensors: "newNetwork('resnet8', data).parameters()",
    inPages: { code: "import { resolveRecipe } from 'thermograd/train'", tensors: '[]' },
  },
}

/** Each of their tensors has the operations and the ways to read one. */
const check = (tensors: string) => `
const tensors = ${tensors}
const whole = tensors.filter((x) => typeof x.relu === 'function' && typeof x.data === 'function')
process.stdout.write(whole.length + ' of ' + tensors.length)`

/** The package as it is published, in a folder where Node and bundlers find it under its name, with what it needs. */
const folder = mkdtempSync(join(root, 'node_modules', '.entries-'))

async function outputOf(program: string, code: string): Promise<string> {
  const file = join(folder, program)
  writeFileSync(file, code)
  return (await run(process.execPath, [file])).stdout
}

/** The program with what it uses of the package; other packages stay outside. */
async function bundled(code: string, condition: string): Promise<string> {
  const main = join(folder, 'main.js')
  const bundle = await rolldown({
    input: main,
    platform: condition === 'browser' ? 'browser' : 'node',
    resolve: { conditionNames: [condition, 'import', 'default'] },
    external: (id) => !/^(thermograd|\.|\/)/.test(id),
    plugins: [{ name: 'program', load: (id) => (id === main ? code : undefined) }],
    logLevel: 'silent',
  })
  const { output } = await bundle.generate({ codeSplitting: false })
  await bundle.close()
  return output[0].code
}

describe('the entries of the package', () => {
  beforeAll(async () => {
    cpSync(join(root, 'package.json'), join(folder, 'package.json'))
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
    const options = '--noCheck --declaration false --sourceMap false --inlineSources false --outDir'.split(
      ' ',
    )
    writeFileSync(join(folder, 'main.js'), '')
    await run(process.execPath, [tsc, '-p', 'tsconfig.build.json', ...options, join(folder, 'dist')], {
      cwd: root,
    })
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('should each have a program', () => {
    const entries = Object.keys(packageJson.exports).filter((entry) => !entry.endsWith('.gz'))
    expect(Object.keys(programs)).toEqual(entries)
  })

  for (const [entry, program] of Object.entries(programs)) {
    it(`should give whole tensors: ${entry}, imported alone`, async () => {
      const printed = await outputOf(`${name(entry)}.js`, program.code + check(program.tensors))
      expect(printed).toMatch(program.tensors === '[]' ? /^0 of 0$/ : /^([1-9]\d*) of \1$/)
    })

    for (const condition of conditions) {
      it(`should give whole tensors: ${entry}, bundled for ${condition}`, async () => {
        const { code, tensors } = (condition === 'browser' && program.inPages) || program
        const bundle = await bundled(code + check(tensors), condition)
        const printed = await outputOf(`${name(entry)}.${condition}.js`, bundle)
        expect(printed).toMatch(tensors === '[]' ? /^0 of 0$/ : /^([1-9]\d*) of \1$/)
      })
    }
  }

  it('should cost a page only what it uses', async () => {
    const schedule = await bundled("import { cosine } from 'thermograd/nn'; console.log(cosine)", 'browser')
    expect(schedule.length).toBeLessThan(10_000)
  })
})

const name = (entry: string) => entry.replaceAll(/[./]+/g, '-')
