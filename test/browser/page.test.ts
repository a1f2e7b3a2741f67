import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath } from './chromium.ts'
import { Stage } from './page.ts'

interface Losses {
  readonly teacher: readonly number[]
  /** Of the first ten steps. */
  readonly student: readonly number[]
}

/** What Node computes with the instructions that a browser has: there are no flags of V8 in a page. */
async function lossesInNode(): Promise<Losses> {
  const env = { ...process.env, THERMOGRAD_DEVICE: 'wasm', THERMOGRAD_REVECTORIZE: '0' }
  const script = join(import.meta.dirname, 'steps.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [script], { env })
  return JSON.parse(stdout)
}

const mean = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b) / numbers.length

describe.skipIf(chromiumPath === undefined)('the page', () => {
  let stage: Stage
  let inNode: Losses

  beforeAll(async () => {
    stage = await Stage.open()
    inNode = await lossesInNode()
  })
  afterAll(() => stage?.close())

  it('should train with WebAssembly as Node does, bit for bit, and pause, resume and reset', async () => {
    const example = await stage.show()
    await example.press('Start')
    await example.hears(/^The teacher learns.*WebAssembly with \d+ thread/)
    await example.hears(/^The student learns/)
    await example.reaches(10)

    await example.press('Pause')
    await example.hears(/^The student pauses/)
    const paused = await example.settledStep()
    expect(paused).toBeLessThan(400)
    await example.page.waitForTimeout(1000)
    expect(await example.number('Step')).toBe(paused)
    expect(await example.page.locator('#images figure').count()).toBe(6)
    expect(await example.page.locator('#temperatures circle').count()).toBe(40)

    await example.press('Resume')
    await example.hears(/^The student is done/)
    expect(await example.number('Step')).toBe(400)
    expect(await example.number('Teacher recognises')).toBeGreaterThan(93)
    expect(await example.number('Student recognises')).toBeGreaterThan(88)
    const [teacher, student] = await example.losses()
    expect(teacher).toEqual(inNode.teacher)
    expect(student.slice(0, 10)).toEqual(inNode.student)
    expect(mean(student.slice(-20))).toBeLessThan(0.2 * mean(student.slice(0, 20)))

    await example.press('Reset')
    await example.hears(/^Press Start/)
    expect(await example.number('Student recognises')).toBeNaN()
    await example.press('Start')
    await example.hears(/^The student learns/)
    await example.reaches(10)
    const [, again] = await example.losses()
    expect(again.slice(0, 10)).toEqual(inNode.student)

    await example.choose('Method', 'kd')
    await example.hears(/^The student learns.*KD/)
    await example.reaches(1)
    const [sameTeacher, , byKd] = await example.losses()
    expect(sameTeacher).toEqual(inNode.teacher)
    expect(byKd[0]).not.toBe(inNode.student[0])
    expect(example.errors).toEqual([])
  })

  it('should train with WebGPU, close to what WebAssembly computes', async () => {
    const example = await stage.show()
    await example.choose('Executor', 'webgpu')
    await example.press('Start')
    await example.hears(/^The student learns.*WebGPU on/)
    await example.reaches(60)
    await example.press('Pause')
    await example.hears(/^The student pauses/)
    const [teacher, student] = await example.losses()
    expect(teacher).toEqual(inNode.teacher)
    for (const [step, loss] of inNode.student.entries()) {
      // Rounding grows from step to step: with WebAssembly alone, Winograd's convolutions and direct ones part by 1e-3 in
      // the first eight steps of the teacher and by 1e-1 in twenty-six.
      expect(Math.abs(student[step] / loss - 1), `step ${step + 1}`).toBeLessThan(step < 5 ? 1e-3 : 0.1)
    }
    expect(mean(student.slice(-10))).toBeLessThan(0.7 * mean(student.slice(0, 10)))
    expect(await example.number('Student recognises')).toBeGreaterThan(25)
    await example.press('Reset')
    await example.hears(/^Press Start/)
    expect(example.errors).toEqual([])
  })

  it('should compute with one thread, and say why, where threads cannot share memory', async () => {
    const example = await stage.show({ isolated: false })
    await example.press('Start')
    await example.hears(/WebAssembly with one thread \(the page is not cross-origin isolated/)
    await example.reaches(20)
    await example.press('Pause')
    const [teacher] = await example.losses()
    expect(teacher).toEqual(inNode.teacher.slice(0, teacher.length))
    expect(example.errors).toEqual([])
  })
})
