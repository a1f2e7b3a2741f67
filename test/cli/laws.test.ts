import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../train/temporaryFolder.ts'
import { spawn } from './childProcess.ts'
import { thermograd } from './commandLine.ts'

/** A file of plain JavaScript outside the package. */
async function written(source: string, name = 'loss.mjs'): Promise<string> {
  const file = join(await temporaryFolder(), name)
  await writeFile(file, source)
  return file
}

const kd = (end = '', temperature = 4) => `
const T = ${temperature}
const logSoftmax = (z) => {
  const most = Math.max(...z)
  const sum = Math.log(z.reduce((total, x) => total + Math.exp(x - most), 0))
  return z.map((x) => x - most - sum)
}
const soften = (row) => logSoftmax(row.map((x) => x / T))
const divergence = (p, q) => p.reduce((sum, x, i) => sum + Math.exp(x) * (x - q[i]), 0)
export default (student, teacher) =>
  student.reduce((sum, v, n) => sum + T * T * divergence(soften(teacher[n]), soften(v)), 0) / student.length ${end}
`

describe('thermograd laws', () => {
  it('should end with 0 for a right loss, whatever the seed', async () => {
    const file = await written(kd())
    for (const seed of ['1', '2', '3']) {
      const { code, stdout, stderr } = await thermograd(['laws', file, '--seed', seed])
      expect(stdout).toContain('All claimed laws hold')
      expect(stdout).toContain(`seed ${seed}; the loss computes in float64`)
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    }
  })

  it('should show what the cases were', async () => {
    const options = ['--seed', '1', '--runs', '10', '--classes', '7', '--law', 'definition', '--statistics']
    const file = await written(kd())
    const { stdout } = await thermograd(['laws', file, ...options])
    expect(stdout).toMatch(/All claimed laws hold.*\n\n10 cases, of which 10 are batches/)
    expect(stdout).toContain('K = 7–9: 100 %')
    const { stdout: data } = await thermograd(['laws', file, ...options, '--json'])
    expect(JSON.parse(data).statistics).toMatchObject({ cases: 10, classes: { least: 7, most: 7 } })
  })

  it('should take another temperature, and TypeScript', async () => {
    const file = await written(
      kd('', 2).replace('(student, teacher)', '(student: number[][], teacher: number[][])'),
      'loss.ts',
    )
    expect((await thermograd(['laws', file, '--temperature', '2', '--seed', '1'])).code).toBe(0)
    const { code, stdout } = await thermograd(['laws', file, '--seed', '1'])
    expect(code).toBe(1)
    expect(stdout).toContain('BROKEN      definition')
  })

  it('should end with 1 for a wrong loss, and say why', async () => {
    const file = await written(kd('/ student[0].length'))
    const { code, stdout, stderr } = await thermograd(['laws', file, '--profile', 'kd', '--seed', '1'])
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
    expect(stdout).toContain('likely cause: the mean over the classes instead of their sum\n')
  })

  it('should end once it has reported, whatever the loss keeps open', async () => {
    const keeper = `
import { createServer } from 'node:net'
import { spawn } from 'node:child_process'
setInterval(() => {}, 1000)
createServer().listen(0, '127.0.0.1')
const child = spawn('sleep', ['60'])
process.on('exit', () => child.kill())
`
    const file = await written(`${keeper}${kd()}`)
    const { code, stdout } = await spawn(['laws', file, '--seed', '1', '--runs', '5'])
    expect(stdout).toContain('All claimed laws hold')
    expect(code).toBe(0)
  })

  it('should say so where the loss never answers', async () => {
    for (const [source, name] of [
      ['export default () => new Promise(() => {})', 'the loss'],
      [
        `setInterval(() => {}, 1000)\n${kd().replace('export default', 'const loss =')}
export default { loss, perSample: () => new Promise(() => {}) }`,
        "'perSample' of the loss",
      ],
    ] as const) {
      const file = await written(source)
      const { code, stdout, stderr } = await spawn(['laws', file, '--runs', '5', '--time-limit', '0.2'])
      expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
      expect(stdout).toContain(`${name} returns a promise that does not settle within 0.2 s\n`)
    }
  })

  it('should say so where the loss never returns', async () => {
    for (const [source, name] of [
      ['let count = 0\nexport default () => { while (++count > 20); return 0 }', 'the loss'],
      [
        `${kd().replace('export default', 'const loss =')}\nexport default { loss, perSample: () => { for (;;); } }`,
        "'perSample' of the loss",
      ],
    ] as const) {
      const file = await written(source)
      const { code, stdout, stderr } = await spawn(['laws', file, '--runs', '5', '--time-limit', '0.5'])
      // Only a signal ends a process whose thread is blocked.
      expect({ code, stdout }).toEqual({ code: null, stdout: '' })
      expect(stderr).toBe(`thermograd: laws: ${name} does not return within 0.5 s\n`)
    }
  })

  it('should keep what the loss prints out of the report', async () => {
    const chatty = `console.log('loaded')\nprocess.stdout.write('here')\n${kd()}`.replace(
      '=>\n  student.reduce',
      '=> console.log("called") ??\n  student.reduce',
    )
    const file = await written(chatty)
    const { code, stdout, stderr } = await spawn(['laws', file, '--seed', '1', '--runs', '5', '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(stdout).holds).toBe(true)
    expect(stderr).toMatch(/^loaded\nherecalled\ncalled\n/)
  })

  it('should take a profile of one’s own, exported by the loss or by a file of its own', async () => {
    const index = new URL('../../kd/laws/index.ts', import.meta.url)
    const profile = `
import { defineProfile } from '${index}'
export const profile = defineProfile({
  name: 'half', formula: '1/2', definition: { value: () => 0.5 }, claims: ['definition', 'pure'],
})
`
    const right = await written(`${profile}export default () => 0.5`)
    const { code, stdout } = await thermograd(['laws', right, '--seed', '1'])
    expect(stdout).toContain('half, τ = 4: 1/2\n2 laws, 100 cases each')
    expect(code).toBe(0)
    const apart = await written(profile)
    const wrong = await written('export default () => 0.25')
    const other = await thermograd(['laws', wrong, '--profile', apart, '--law', 'definition'])
    expect(other.stdout).toContain('half, τ = 4: 1/2\n1 law, 100 cases')
    expect(other.code).toBe(1)
    const none = await thermograd(['laws', wrong, '--profile', wrong])
    expect(none).toMatchObject({ code: 2, stdout: '' })
    expect(none.stderr).toContain("to export a result of defineProfile as 'profile' or as default")
  })

  it('should check some laws, with as many rows and classes as it is told', async () => {
    const counting = kd().replace(
      '=>\n  student.reduce',
      '=> console.log([student.length, student[0].length].join(" × ")) ??\n  student.reduce',
    )
    const file = await written(counting)
    const { code, stdout, stderr } = await spawn([
      'laws',
      file,
      '--law',
      'definition',
      'row-order',
      '--rows',
      '7',
      '--classes',
      '20-20',
      '--runs',
      '3',
      '--seed',
      '1',
    ])
    expect(stdout).toContain('2 laws, 3 cases each')
    expect(stderr).toContain('7 × 20\n')
    expect(code).toBe(0)
    for (const rows of ['0', '3-2', 'many']) {
      const refused = await thermograd(['laws', file, '--rows', rows])
      expect(refused.stderr).toMatch(/Expected an integer of 1 or more, or a range such as 1-64/)
      expect(refused.code).toBe(2)
    }
  })

  it('should check a loss that another process computes, and end that process', async () => {
    const file = await written(`
import { createInterface } from 'node:readline'
setInterval(() => {}, 1000)
console.log('{"protocol": "thermograd-laws", "version": 1, "parts": ["loss"]}')
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, calls } = JSON.parse(line)
  console.log(JSON.stringify({ id, results: calls.map(() => ({ value: 0 })) }))
})`)
    const command = `"${process.execPath}" "${file}"`
    const { code, stdout } = await spawn(['laws', '--command', command, '--seed', '1', '--runs', '5'])
    expect(stdout).toContain('broken: definition')
    expect(code).toBe(1)
    for (const argv of [[], [file, '--command', command]]) {
      const refused = await thermograd(['laws', ...argv])
      expect(refused.stderr).toMatch(
        /^thermograd: laws: expected either a module or --command, got (none|both)\n$/,
      )
    }
    const gone = await thermograd(['laws', '--command', 'exit 7'])
    expect(gone).toEqual({
      code: 2,
      stdout: '',
      stderr: "thermograd: laws: the process 'exit 7' ended with exit code 7\n",
    })
  })

  it('should try again the case that a report names', async () => {
    const file = await written(kd('/ student[0].length'))
    const first = await thermograd(['laws', file, '--law', 'definition', '--seed', '5'])
    const [, again, complaint] = [/L = .*/, /--law .*/, /L = .*/].map(
      (part) => part.exec(first.stdout)?.[0] ?? '',
    )
    const replayed = await thermograd(['laws', file, ...again.split(' ')])
    expect(replayed.code).toBe(1)
    expect(replayed.stdout).toContain(complaint)
    expect(replayed.stdout).toContain('case 1 of seed 5, shrunk 0 times')
    const refused = await thermograd(['laws', file, '--replay', '1'])
    expect(refused.stderr).toContain(
      'expected a path such as 3:0:1 to replay, with the seed and the law of the report',
    )
  })

  it('should always try the examples that the loss exports', async () => {
    const source = kd('+ (student[0][0] === 1234 ? 1 : 0)')
    const examples = 'export const examples = [{ student: [[1234, 0]], teacher: [[0, 0]], labels: [1] }]'
    const argv = ['--law', 'definition', '--seed', '1', '--runs', '5']
    expect((await thermograd(['laws', await written(source), ...argv])).code).toBe(0)
    const { code, stdout } = await thermograd(['laws', await written(`${source}\n${examples}`), ...argv])
    expect(stdout).toContain('student = [[1234,0]]')
    expect(code).toBe(1)
    const wrong = await written(`${source}\n${examples.replace('labels: [1]', 'labels: [2]')}`)
    expect((await thermograd(['laws', wrong])).stderr).toContain(
      'expected example 0 to have student and teacher logits',
    )
  })

  it('should write an HTML page and JUnit XML', async () => {
    const file = await written(kd('/ student[0].length'))
    const [html, junit] = [`${file}.html`, `${file}.xml`]
    const { code } = await thermograd(['laws', file, '--seed', '1', '--html', html, '--junit', junit])
    expect(code).toBe(1)
    const page = await readFile(html, 'utf8')
    expect(page).toContain('<title>kd, τ = 4: 6 laws are broken</title>')
    expect(page).toContain('likely cause: the mean over the classes instead of their sum')
    expect(page).toContain('<details class="bad" open>')
    const xml = await readFile(junit, 'utf8')
    expect(xml).toMatch(/<testsuites tests="\d+" failures="6" skipped="\d+">/)
    expect(xml).toContain('<failure message="L = ')
    expect(xml.replaceAll(/<[^<>]*>/g, '')).not.toMatch(/[<>]/)
  })

  it('should write a module to fill in, and leave a file alone', async () => {
    for (const name of ['my-loss.ts', 'my-loss.mjs']) {
      const file = join(await temporaryFolder(), name)
      const { code, stdout } = await thermograd(['laws', 'init', file, '--profile', 'dtkd'])
      expect({ code, stdout }).toEqual({
        code: 0,
        stdout: `${file}\ncheck it: thermograd laws ${file} --profile dtkd\n`,
      })
      const filled = (await readFile(file, 'utf8')).replace(
        /throw new Error.*/,
        'return logQ[0] + logP[0] + label',
      )
      await writeFile(file, filled)
      expect((await thermograd(['laws', file, '--seed', '1', '--runs', '5'])).stdout).toContain(
        'broken: definition',
      )
      const again = await thermograd(['laws', 'init', file])
      expect(again).toEqual({
        code: 2,
        stdout: '',
        stderr: `thermograd: laws init: ${file} cannot be written: it exists\n`,
      })
    }
    expect((await thermograd(['laws', 'init', 'loss.py'])).stderr).toContain(
      'expected a file that ends in .ts',
    )
  })

  it('should write JSON', async () => {
    const file = await written(kd('/ student[0].length'))
    const { code, stdout } = await thermograd(['laws', file, '--seed', '1', '--runs', '20', '--json'])
    expect(code).toBe(1)
    const result = JSON.parse(stdout)
    expect(result).toMatchObject({
      event: 'result',
      profile: { name: 'kd', temperature: 4 },
      runs: 20,
      holds: false,
    })
    const broken = result.verdicts.find(({ law }: { law: string }) => law === 'definition')
    expect(broken).toMatchObject({
      outcome: 'broken',
      counterexample: { value: { student: [[0, 0]], labels: [0] } },
    })
  })

  it.each([
    [['nowhere.mjs'], /^thermograd: laws: nowhere\.mjs cannot be loaded: Cannot find module '[^']+'\n$/],
    [
      [import.meta.filename, '--profile', 'fitnet'],
      /^thermograd: laws: expected profile to be one of crossEntropy, kd, .*, got 'fitnet'\n$/,
    ],
  ])('should end with 2 for %j', async (argv, complaint) => {
    const { code, stdout, stderr } = await thermograd(['laws', ...argv])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(complaint)
  })

  it.each([
    ['export const loss = 3', 'to export the loss as default, but it has no default export'],
    ['export default 3', "expected a loss (a function, or an object with a function 'loss'), got number"],
    ['export default (', 'cannot be loaded: '],
    ["throw new Error('no luck')", 'cannot be loaded: no luck'],
  ])('should end with 2 for a file that says %s', async (source, complaint) => {
    const { code, stdout, stderr } = await thermograd(['laws', await written(source)])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(/^thermograd: laws: [^\n]+\n$/)
    expect(stderr).toContain(complaint)
  })
})
