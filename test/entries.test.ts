import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import packageJson from '../package.json' with { type: 'json' }

const root = join(import.meta.dirname, '..')
const run = promisify(execFile)

const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')

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
    inPages: { code: "import { resolveHyperparameters } from 'thermograd/train'", tensors: '[]' },
  },
}

/** Each of their tensors has the operations and the ways to read one. */
const check = (tensors: string) => `
const tensors = ${tensors}
const whole = tensors.filter((x) => typeof x.relu === 'function' && typeof x.data === 'function')
process.stdout.write(whole.length + ' of ' + tensors.length)`

/** A folder in which the package is installed as it is published, with what it depends on and nothing else. */
const folder = mkdtempSync(join(tmpdir(), 'entries-'))
const installed = join(folder, 'node_modules', 'thermograd')

async function install(): Promise<void> {
  // Whoever compiles against the package for Node has Node's types.
  for (const name of [...Object.keys(packageJson.dependencies), '@types/node']) {
    const link = join(folder, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(join(root, 'node_modules', name), link)
  }
  mkdirSync(installed)
  for (const path of ['package.json', 'train/recipes/published'])
    cpSync(join(root, path), join(installed, path), { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'main.js'), '')
  const options = ['--noCheck', '--sourceMap', 'false', '--inlineSources', 'false']
  const build = [tsc, '-p', 'tsconfig.build.json', ...options, '--outDir', join(installed, 'dist')]
  await run(process.execPath, build, { cwd: root })
}

async function outputOf(program: string, code: string): Promise<string> {
  const file = join(folder, program)
  writeFileSync(file, code)
  // Programs that import the package do not run under vitest.
  const { VITEST: _, ...env } = process.env
  return (await run(process.execPath, [file], { env })).stdout
}

/** The program with what it uses of the package; other packages stay outside. */
const bundled = async (code: string, condition: string) => (await bundleOf(code, condition)).code

async function bundleOf(code: string, condition: string): Promise<{ code: string; exports: string[] }> {
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
  return output[0]
}

/** Options with which the compiler resolves types under a condition. */
const resolutions = {
  node: ['--module', 'nodenext'],
  browser: ['--module', 'esnext', '--moduleResolution', 'bundler', '--customConditions', 'browser'],
} as const

/** What the compiler says of programs in the folder, under a condition. */
async function compilerErrors(
  files: readonly string[],
  condition: (typeof conditions)[number],
): Promise<string> {
  const options = [
    '--noEmit',
    '--ignoreConfig',
    '--strict',
    '--target',
    'es2024',
    '--lib',
    'esnext,dom',
    '--types',
    'node',
  ]
  const compiled = run(process.execPath, [tsc, ...options, ...resolutions[condition], ...files], {
    cwd: folder,
  })
  return compiled.then(
    ({ stdout }) => stdout,
    (error: { stdout: string }) => error.stdout,
  )
}

/** A program that compiles where the types of an entry name these values, each of them, and no other. */
const namingExactly = (entry: string, names: readonly string[]) => `
import type * as entry from '${specifier(entry)}'
export const names: Readonly<Record<keyof typeof entry, true>> = {
${names.map((name) => `  ${name}: true,`).join('\n')}
}
`

/** Lines of a program that must not compile, those with a comment, among others that must. */
const optionsOfMethods = `
import { defineMethod, distiller, dkd, dtkd, type Method, option } from 'thermograd/kd'
import { distillerFor, resolveHyperparameters, type Training, train } from 'thermograd/train'
type Logits = Parameters<typeof dtkd>[0]
declare const x: Logits
declare const method: Method
declare const training: Omit<Training, 'method' | 'options'>
dtkd(x, x, x, { alpha: 1, guard: 'clamp', warmUp: undefined, epoch: 3 })
dtkd(x, x, x, { alhpa: 1 }) // misspelt
dkd(x, x, x, { guard: 'clmap' }) // no such guard
distiller('fitnet', { hintEpochs: 3 })
distiller('fitnet', { hintEpoch: 3 }) // misspelt
distiller('crd', { positive: true }) // a string
const options = { measure: option.oneOf(['squared', 'absolute'], 'squared'), centred: option.boolean(false) }
option.oneOf(['squared', 'absolute'], 'cubed') // no such measure
const mine = defineMethod({
  name: 'mine', description: '', paper: '', options,
  build: ({ measure }) => (measure === 'squared' ? method : method),
})
distiller(mine, { measure: 'absolute', centred: true })
distiller(mine, { mesure: 'absolute' }) // misspelt
distillerFor(mine, resolveHyperparameters(), { centred: 'yes' }) // no boolean
train({ ...training, method: mine, options: { measure: 'absolute' } })
train({ ...training, method: mine, options: { measure: 'cubed' } }) // no such measure
train({ ...training, method: 'dtkd', options: { alhpa: 1 } }) // misspelt
mine.options.measure.default === 'cubed' // no such measure
`

describe('the entries of the package', () => {
  it('should give types that refuse options which a method does not have', async () => {
    writeFileSync(join(folder, 'options.ts'), optionsOfMethods)
    const errors = await compilerErrors(['options.ts'], 'node')
    const refused = [...errors.matchAll(/^options\.ts\((\d+),/gm)].map(([, line]) => Number(line))
    const wrong = optionsOfMethods.split('\n').flatMap((line, i) => (line.includes('//') ? [i + 1] : []))
    expect(refused, errors).toEqual(wrong)
  })

  beforeAll(install, 120_000)
  afterAll(() => rmSync(folder, { recursive: true }))

  it('should each have a program', () => {
    const entries = Object.keys(packageJson.exports).filter((entry) => !entry.endsWith('.gz'))
    expect(Object.keys(programs)).toEqual(entries)
  })

  it("should train with parts of one's own, killed and resumed, report on them and study them", async () => {
    const own = join(folder, 'own')
    cpSync(join(root, 'examples/own'), own, { recursive: true })
    expect(await compilerErrors(['own/network.ts', 'own/method.ts', 'own/dataset.ts'], 'node')).toBe('')
    const { VITEST: _, ...env } = process.env
    const command = (line: string) => [join(installed, 'dist/cli/main.js'), ...line.split(' ')]
    const thermograd = async (line: string) =>
      (await run(process.execPath, command(line), { cwd: own, env })).stdout
    const modules = '--module network.ts --module dataset.ts --dataset stripes'
    await thermograd(`train ${modules} --model resnet8 --epochs 1 --out runs/teacher`)
    const weights = '--teacher-weights runs/teacher/last.safetensors'
    const distil = `train --recipe recipe.yaml ${weights} --epochs 25 --checkpoint-steps 1 --out runs`
    await thermograd(`${distil}/whole`)

    const killed = spawn(process.execPath, command(`${distil}/killed`), { cwd: own, env, stdio: 'ignore' })
    const ended = once(killed, 'exit')
    const checkpoints = join(own, 'runs/killed/checkpoints')
    await vi.waitFor(() => expect(readdirSync(checkpoints).length).toBeGreaterThan(1), { timeout: 60_000 })
    killed.kill('SIGKILL')
    await ended
    expect(existsSync(join(own, 'runs/killed/result.json'))).toBe(false)
    await thermograd('train --out runs/killed --resume')
    const [whole, resumed] = ['whole', 'killed'].map((name) =>
      JSON.parse(readFileSync(join(own, 'runs', name, 'result.json'), 'utf8')),
    )
    expect(resumed.fingerprint).toBe(whole.fingerprint)

    await thermograd('report runs --out report.html')
    expect(readFileSync(join(own, 'report.html'), 'utf8')).toContain('Ba, Caruana 2014, arXiv 1312.6184')

    writeFileSync(
      join(own, 'study.yaml'),
      'module: [network.ts, method.ts, dataset.ts]\nout: study\npairs: [recipe.yaml]\nseeds: [1]\n' +
        'methods: [{ name: logit-matching, measure: squared }]\n',
    )
    writeFileSync(join(own, 'study.jsonl'), await thermograd('study plan study.yaml'))
    mkdirSync(join(own, 'teachers'))
    cpSync(join(own, 'runs/teacher/last.safetensors'), join(own, 'teachers/stripes_resnet8.safetensors'))
    await thermograd('run --manifest study.jsonl --index 0 --teachers teachers')
    expect(await thermograd('study report study.jsonl')).toContain('logit-matching,measure=squared')
  })

  for (const [entry, program] of Object.entries(programs)) {
    it(`should give whole tensors: ${entry}, imported alone`, async () => {
      const printed = await outputOf(`${name(entry)}.js`, program.code + check(program.tensors))
      expect(printed).toMatch(program.tensors === '[]' ? /^0 of 0$/ : /^([1-9]\d*) of \1$/)
    })

    it(`should say which Node is needed: ${entry}`, async () => {
      const old = `Object.defineProperty(process, 'versions', { value: { node: '20.20.2' } })`
      const code = `${old}\nawait import('${specifier(entry)}').catch(({ message }) => process.stdout.write(message))`
      expect(await outputOf(`old${name(entry)}.js`, code)).toMatch(
        /^thermograd: expected Node 22\.18 or newer/,
      )
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

  for (const condition of conditions) {
    it(`should have types that name what is there: for ${condition}`, async () => {
      const files = Object.keys(programs).map(async (entry) => {
        const { exports } = await bundleOf(`export * from '${specifier(entry)}'`, condition)
        const file = `names${name(entry)}.${condition}.ts`
        writeFileSync(join(folder, file), namingExactly(entry, exports))
        return file
      })
      expect(await compilerErrors(await Promise.all(files), condition)).toBe('')
    })
  }

  it('should not compile for a page what its bundle would lack', async () => {
    writeFileSync(join(folder, 'first.ts'), firstProgram())
    expect(await compilerErrors(['first.ts'], 'node')).toBe('')
    expect(await compilerErrors(['first.ts'], 'browser')).toMatch(
      /^first.ts\(\d+,\d+\): error TS2305: .* has no exported member 'openDataset'\.\n$/,
    )
  })

  it('should import by name nothing that an old Node lacks, or it could not say so', () => {
    const built = globSync('dist/**/*.js', { cwd: installed })
    expect(built.length).toBeGreaterThan(100)
    const code = built.map((file) => readFileSync(join(installed, file), 'utf8')).join('\n')
    expect(code.match(/^import \{[^}]*\b(findPackageJSON|registerHooks|stripTypeScriptTypes)\b/gm)).toBeNull()
  })

  it('should cost a page only what it uses', async () => {
    const schedule = await bundled("import { cosine } from 'thermograd/nn'; console.log(cosine)", 'browser')
    expect(schedule.length).toBeLessThan(10_000)
  })
})

const specifier = (entry: string) => entry.replace('.', 'thermograd')

/** The first program of the README. */
function firstProgram(): string {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  return /## A first program.*?```ts\n(.*?)```/s.exec(readme)?.[1] ?? ''
}

const name = (entry: string) => entry.replaceAll(/[./]+/g, '-')
