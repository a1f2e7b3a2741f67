import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  checkLaws,
  formatReport,
  type ProfileName,
  processLoss,
  type ShapeName,
} from '../../../kd/laws/index.ts'
import { readLine, writeLine } from '../../../kd/laws/process/protocol.ts'
import { temporaryFolder } from '../../train/temporaryFolder.ts'
import myLoss from './docs/myLoss.ts'

const greeting = `console.log('{"protocol": "thermograd-laws", "version": 1, "parts": ["loss"]}')`
const kd = join(import.meta.dirname, 'docs/myLoss.ts')

/** The command line of a process that runs a module. */
async function command(source: string): Promise<string> {
  const file = join(await temporaryFolder(), 'served.mjs')
  await writeFile(file, source)
  return `"${process.execPath}" "${file}"`
}

/** A process that answers each request by a function of its calls. */
const serving = (reply: string, first = greeting) =>
  command(`
import { createInterface } from 'node:readline'
import loss from ${JSON.stringify(kd)}
${first}
const reply = ${reply}
for await (const line of createInterface({ input: process.stdin })) {
  const { id, calls } = JSON.parse(line)
  console.log(reply(id, calls))
}`)

const answering =
  '(id, calls) => JSON.stringify({ id, results: calls.map((call) => ({ value: loss(...call.arguments) })) })'
const trial = { runs: 20, seed: 1 }

describe('a loss that a process computes', () => {
  it('should get the report that it gets as a module, in few requests', async () => {
    let told = ''
    const counting = answering.replace('=> JSON', '=> console.error(calls.length) ?? JSON')
    const { loss, close } = await processLoss(await serving(counting), { stderr: (text) => (told += text) })
    const report = await checkLaws(loss, 'kd', trial)
    close()
    expect(formatReport(report)).toBe(formatReport(await checkLaws(myLoss, 'kd', trial)))
    const counts = told.trim().split('\n').map(Number)
    const calls = counts.reduce((sum, count) => sum + count)
    expect(calls).toBeGreaterThan(1000)
    expect(counts.length).toBeLessThan(calls / 5)
    await expect(loss.loss([[0]], [[0]], [0])).rejects.toThrow('has been closed')
  })

  it('should break laws where it is wrong, or replies with an error', async () => {
    for (const [reply, complaint, outcome] of [
      [answering.replace('value: ', 'value: 2 * '), 'but the formula = ', 'broken'],
      [
        '(id, calls) => JSON.stringify({ id, results: calls.map(() => ({ error: "no luck" })) })',
        'the loss throws: no luck',
        'failed',
      ],
      [
        '(id, calls) => JSON.stringify({ id, results: calls.map(() => ({ value: "1" })) })',
        "the loss returns '1', but it should return a number",
        'failed',
      ],
      [
        '(id, calls) => JSON.stringify({ id, results: calls.map(() => ({})) })',
        "neither 'value' nor 'error'",
        'failed',
      ],
      [
        `(id, calls) => '{"id":' + id + ', "results": [' + calls.map(() => '{"value": NaN}') + ']}'`,
        'L = NaN, but the formula = ',
        'broken',
      ],
    ]) {
      const { loss, close } = await processLoss(await serving(reply))
      const { verdicts } = await checkLaws(loss, 'kd', { ...trial, laws: ['definition'] })
      close()
      expect(verdicts[0].outcome).toBe(outcome)
      expect(verdicts[0].counterexample?.complaint).toContain(complaint)
    }
  })

  it('should show the stack of what it throws there, the innermost frame first', async () => {
    const python = `IndexError: no luck`
    const stack = 'Traceback (most recent call last):\\n  File "serve.py", line 3\\n  File "loss.py", line 9'
    const result = `{ error: '${python}', stack: '${stack}' }`
    const { loss, close } = await processLoss(
      await serving(`(id, calls) => JSON.stringify({ id, results: calls.map(() => (${result})) })`),
    )
    const report = await checkLaws(loss, 'kd', trial)
    close()
    expect(formatReport(report)).toMatch(
      /the loss throws: IndexError: no luck\n +File "loss\.py", line 9\n +File "serve\.py", line 3\n +student = /,
    )
    expect(report.verdicts.filter(({ outcome }) => outcome === 'failed')).toHaveLength(1)
  })

  it.each([
    ['it ends', '() => process.exit(3)', 'ended with exit code 3'],
    [
      'it throws',
      "() => { throw new Error('no luck') }",
      /ended with exit code 1; the last line of its stderr: Node/,
    ],
    ['it is silent', '() => new Promise(() => {})', /did not write an answer within 0.4 s/],
    [
      'it chatters',
      "() => 'Loading the model'",
      "wrote 'Loading the model' to stdout, where only replies in JSON are allowed",
    ],
    [
      'it replies to another request',
      '() => `{"id": 0, "results": []}`',
      'replied to the request 0, which it was not asked',
    ],
    [
      'it leaves out a result',
      `(id) => '{"id":' + id + ', "results": []}'`,
      /replied with 0 results to a request of \d+ calls/,
    ],
    ['it replies with something else', "() => '[1]'", 'wrote a line that is not a reply'],
  ])('should end with a sentence if %s', async (_, reply, sentence) => {
    const silent = reply.includes('Promise') ? '(id, calls) => console.error("?")' : reply
    const served = silent === reply ? serving(reply) : command(`${greeting}\nprocess.stdin.resume()`)
    const { loss, close } = await processLoss(await served, { timeLimit: 0.4, stderr: () => {} })
    await expect(checkLaws(loss, 'kd', trial)).rejects.toThrow(sentence)
    close()
  })

  it.each([
    ['ends at once', 'process.exit(1)', 'ended with exit code 1'],
    [
      'speaks another version',
      greeting.replace('1,', '2,'),
      'speaks version 2 of the protocol, but only version 1 is known',
    ],
    [
      'offers something unknown',
      greeting.replace('"loss"', '"value"'),
      /offers the parts \['value'\]: expected 'loss', and any of gradient/,
    ],
    [
      'has another precision',
      greeting.replace('}', ', "dtype": "int8"}'),
      "says dtype 'int8': expected one of float64",
    ],
    [
      'says something else',
      'console.log(1)',
      'does not speak the protocol: expected its first line to be {"protocol"',
    ],
    ['says nothing', 'setInterval(() => {}, 1000)', 'did not write its first line within 0.4 s'],
  ])('should be refused if it %s', async (_, source, sentence) => {
    const startLimit = source.startsWith('setInterval') ? 0.4 : 60
    await expect(processLoss(await command(source), { startLimit, stderr: () => {} })).rejects.toThrow(
      sentence,
    )
  })
})

describe('a process whose arguments have another shape', () => {
  /** Cross entropy of a row with a target, and its gradient. */
  const row = `
const logSoftmax = (z) => {
  const most = Math.max(...z)
  const sum = Math.log(z.reduce((total, x) => total + Math.exp(x - most), 0))
  return z.map((x) => x - most - sum)
}
const softmax = (z) => logSoftmax(z).map(Math.exp)
const mean = (list) => list.reduce((a, b) => a + b, 0) / list.length
const hot = (z, label) => z.map((_, j) => (j === label ? 1 : 0))
const cross = (z, y) => -logSoftmax(z).reduce((sum, value, j) => (y[j] === 0 ? sum : sum + y[j] * value), 0)
const slopes = (z, y, by) => softmax(z).map((q, j) => by * (q - y[j]))
const sum = (one, other) => one.map((x, j) => x + other[j])`
  const shapes: readonly (readonly [ShapeName, ProfileName, string, string])[] = [
    [
      'tokens',
      'crossEntropy',
      `const count = (labels) => labels.flat().filter((label) => label !== -100).length
const loss = (v, u, labels) => v.flatMap((rows, n) => rows.map((z, t) => labels[n][t] === -100 ? 0 : cross(z, hot(z, labels[n][t])))).reduce((a, b) => a + b) / count(labels)`,
      'v.map((rows, n) => rows.map((z, t) => slopes(z, hot(z, labels[n][t]), labels[n][t] === -100 ? 0 : 1 / count(labels))))',
    ],
    [
      'masked',
      'crossEntropy',
      `const loss = (v, u, labels, mask) => mean(v.flatMap((z, n) => mask[n] ? [cross(z, hot(z, labels[n]))] : []))`,
      'v.map((z, n) => slopes(z, hot(z, labels[n]), mask[n] / mask.filter(Boolean).length))',
    ],
    [
      'soft-labels',
      'soft-cross-entropy',
      'const loss = (v, y) => mean(v.map((z, n) => cross(z, y[n])))',
      'v.map((z, n) => slopes(z, u[n], 1 / v.length))',
    ],
    [
      'one-hot-labels',
      'crossEntropy',
      'const loss = (v, y) => mean(v.map((z, n) => cross(z, y[n])))',
      'v.map((z, n) => slopes(z, u[n], 1 / v.length))',
    ],
    [
      'two-teachers',
      'multi-teacher',
      `const tempered = (z) => z.map((x) => x / 4)
const kd = (z, w) => cross(tempered(z), softmax(tempered(w))) - cross(tempered(w), softmax(tempered(w)))
const loss = (v, teachers) => 16 * mean(teachers.map((u) => mean(v.map((z, n) => kd(z, u[n])))))`,
      'v.map((z, n) => u.map((w) => slopes(tempered(z), softmax(tempered(w[n])), 2 / v.length)).reduce(sum))',
    ],
  ]
  const served = (source: string, gradient: string) =>
    command(`
import { createInterface } from 'node:readline'
${row}
${source}
const parts = { loss, gradient: (v, u, labels, mask) => ${gradient} }
console.log('{"protocol": "thermograd-laws", "version": 1, "parts": ["loss", "gradient"]}')
for await (const line of createInterface({ input: process.stdin })) {
  const { id, calls } = JSON.parse(line)
  const results = calls.map((call) => ({ value: parts[call.part](...call.arguments) }))
  console.log(JSON.stringify({ id, results }))
}`)

  it.each(shapes)(
    'should hold if it is right, and break laws if not: %s',
    async (shape, profile, source, gradient) => {
      const check = async (by: string) => {
        const { loss, close } = await processLoss(await served(source, by), { shape })
        const report = await checkLaws(loss, profile, { runs: 15, seed: 1 })
        close()
        return report
      }
      const right = await check(gradient)
      expect(right.holds, formatReport(right)).toBe(true)
      expect(right.verdicts.find(({ law }) => law.name === 'gradient-is-numeric')?.outcome).toBe('holds')
      expect((await check(gradient.replace('v.map(', 'v.slice(0).reverse().map('))).holds).toBe(false)
    },
  )

  it('should refuse a gradient of another shape', async () => {
    const [shape, profile, source] = shapes[0]
    const { loss, close } = await processLoss(await served(source, 'v[0]'), { shape })
    const { verdicts } = await checkLaws(loss, profile, { runs: 3, seed: 1, laws: ['gradient-formula'] })
    close()
    expect(verdicts[0].failure?.message).toContain('but it should return lists of rows of numbers')
  })
})

describe('the lines of the protocol', () => {
  it('should carry the numbers that JSON lacks, also as Python writes them', () => {
    const message = { id: 1, calls: [[NaN, Infinity, -Infinity, 1e-300]], error: 'NaN, "-Infinity" \\ NaN' }
    expect(readLine(writeLine(message))).toEqual(message)
    expect(readLine('{"value": [NaN, -Infinity, Infinity, -1]}')).toEqual({
      value: [NaN, -Infinity, Infinity, -1],
    })
    expect(() => readLine('Infinity war')).toThrow(SyntaxError)
  })
})

const python = ['python3', '/usr/bin/python3'].find(
  (name) => spawnSync(name, ['-c', 'import torch'], { timeout: 60_000 }).status === 0,
)

it.skipIf(python === undefined)(
  'should hold the PyTorch loss of examples/python to its laws',
  async () => {
    const example = join(import.meta.dirname, '../../../examples/python/kd_loss.py')
    const { loss, close } = await processLoss(`${python} "${example}"`)
    const report = await checkLaws(loss, 'kd', { runs: 10, seed: 1 })
    close()
    expect(report.holds, formatReport(report)).toBe(true)
    expect(report.verdicts.find(({ law }) => law.name === 'gradient-is-numeric')?.outcome).toBe('holds')
  },
  120_000,
)
