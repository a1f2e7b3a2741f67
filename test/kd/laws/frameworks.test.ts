import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'
import { describeLaws, type HostLoss } from '../../../kd/laws/index.ts'
import { temporaryFolder } from '../../train/temporaryFolder.ts'
import myLoss from './docs/myLoss.ts'
import wrongLoss from './docs/wrongLoss.ts'

const trial = { runs: 5, seed: 1, laws: ['definition', 'row-order', 'per-sample'] }

const address = (file: string) => JSON.stringify(pathToFileURL(join(import.meta.dirname, file)).href)

/** Runs a module outside vitest, with the loss and the kit imported. */
async function run(source: string, flags: readonly string[] = []) {
  const file = join(await temporaryFolder(), 'laws.test.mjs')
  const imports = `
import { describeLaws } from ${address('../../../kd/laws/index.ts')}
import myLoss from ${address('docs/myLoss.ts')}
import wrongLoss from ${address('docs/wrongLoss.ts')}
const options = ${JSON.stringify(trial)}
`
  await writeFile(file, `${imports}${source}`)
  const { VITEST: _, NODE_TEST_CONTEXT: __, ...env } = process.env
  return spawnSync(process.execPath, [...flags, file], { encoding: 'utf8', env })
}

it('should register tests with node:test', async () => {
  const { stdout } = await run(
    `import { describe, it } from 'node:test'
describeLaws('mine', myLoss, 'kd', { ...options, framework: { describe, it } })
describeLaws('wrong', wrongLoss, 'kd', { ...options, framework: { describe, it } })`,
    ['--test-reporter=tap'],
  )
  expect(stdout).toMatch(/ok 1 - definition: The loss equals its formula/)
  expect(stdout).toMatch(/not ok 1 - definition: The loss equals its formula/)
  expect(stdout).toContain('likely cause: the mean over the classes instead of their sum')
  expect(stdout).toMatch(/# pass 3\n# fail 1\n# cancelled 0\n# skipped 2\n/)
})

it('should register tests with the global functions of Jest and mocha', async () => {
  const { stdout } = await run(`
const tests = []
const suites = []
globalThis.describe = (name, body) => { suites.push(name); body() }
globalThis.it = (name, body) => { tests.push(body) }
globalThis.it.skip = (name) => { suites.push('skipped ' + name) }
describeLaws('wrong', wrongLoss, 'kd', options)
const outcomes = await Promise.allSettled(tests.map((test) => test()))
console.log(JSON.stringify({ suites, outcomes: outcomes.map(({ status }) => status) }))`)
  const { suites, outcomes } = JSON.parse(stdout)
  expect(outcomes).toEqual(['rejected', 'fulfilled'])
  expect(suites).toEqual([
    'laws of wrong (kd, seed 1)',
    expect.stringContaining('skipped per-sample: The loss of each sample'),
  ])
})

it('should say what it needs without a framework', async () => {
  const { stderr } = await run("describeLaws('mine', myLoss, 'kd')")
  expect(stderr).toContain(
    "describeLaws: expected to run under vitest, Jest or mocha, or to get { describe, it } of another framework as the option 'framework'; elsewhere, call checkLaws",
  )
})

it('should draw the same cases in each run, unless a seed is given, and say how to draw others', async () => {
  const failures = async (options: { readonly seed?: number }) => {
    const bodies: (() => Promise<void>)[] = []
    const it = Object.assign((_: string, body: () => Promise<void>) => bodies.push(body), { skip: () => {} })
    const framework = { describe: (_: string, body: () => void) => body(), it }
    describeLaws('wrong', wrongLoss, 'kd', { runs: 5, laws: ['definition'], framework, ...options })
    const [outcome] = await Promise.allSettled(bodies.map((body) => body()))
    return outcome.status === 'rejected' ? String(outcome.reason) : ''
  }
  const first = await failures({})
  expect(first).toContain('{ seed: Date.now(), runs: 1000 } draws others')
  expect(await failures({})).toBe(first)
  const other = await failures({ seed: 2 })
  expect(other).toContain('seed 2')
  expect(other).not.toContain('draws others')
})

it('should prefer the framework that it is given', () => {
  const names: string[] = []
  const register = Object.assign((name: string) => names.push(name), { skip: () => {} })
  const loss: HostLoss = myLoss
  const framework = { describe: (_: string, body: () => void) => body(), it: register }
  describeLaws('mine', loss, 'kd', { ...trial, framework })
  expect(names).toHaveLength(2)
})
