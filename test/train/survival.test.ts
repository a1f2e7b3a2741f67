import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { wasm } from '../../engine/executors/wasm/index.ts'
import { currentExecutor, numericsOf, openExecutor, useExecutor } from '../../engine/index.ts'
import {
  environmentOf,
  type Observer,
  type Run,
  resolveHyperparameters,
  run,
  TrainingStopped,
} from '../../train/index.ts'
import { temporaryFolder } from './temporaryFolder.ts'
import { tinyDataset } from './tinyNetwork.ts'

const hyperparameters = resolveHyperparameters({ epochs: 3, batchSize: 8 })
const stepsInAll = 9

async function runIn(folder: string, given: Partial<Run> = {}): Promise<Run> {
  const environment = environmentOf(await openExecutor('auto'))
  return {
    folder,
    dataset: tinyDataset(),
    model: 'resnet8',
    method: 'alone',
    hyperparameters,
    seed: 2,
    environment,
    ...given,
  }
}

/** Stops a run after so many of the steps that it takes. */
function stopAfter(steps: number, others: Observer = {}): Pick<Run, 'signal' | 'observer'> {
  const controller = new AbortController()
  let taken = 0
  const observer: Observer = { ...others, stepEnded: () => void (++taken === steps && controller.abort()) }
  return { signal: controller.signal, observer }
}

/** The lines of a run's metrics, without what the clock says. */
async function metricsIn(folder: string): Promise<object[]> {
  const lines = (await readFile(join(folder, 'metrics.jsonl'), 'utf8')).trimEnd().split('\n')
  return lines.map((line) => ({ ...JSON.parse(line), seconds: 0, imagesPerSecond: 0 }))
}

/** What the files of a folder hold. */
async function contentsOf(folder: string): Promise<Record<string, Buffer>> {
  const names = await readdir(folder)
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))])),
  )
}

/** From the given turn on, writing to files of this name in this way has room for half of what is written. */
function fullDisk(name: string, method: 'appendFile' | 'writeFile', turn: number) {
  const files = process.getBuiltinModule('node:fs/promises')
  const { open } = files
  let turns = 0
  return vi.spyOn(files, 'open').mockImplementation(async (path, ...more) => {
    const file = await open(path, ...more)
    if (!String(path).includes(name)) return file
    const write = file[method].bind(file)
    file[method] = async (content) => {
      if (++turns < turn) return write(content)
      const bytes = Buffer.from(content as string)
      await write(bytes.subarray(0, bytes.length >> 1))
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    }
    return file
  })
}

async function damage(path: string): Promise<void> {
  const bytes = await readFile(path)
  bytes[bytes.length >> 1] ^= 1
  await writeFile(path, bytes)
}

describe('a run that is cut short', () => {
  it('should end as if it had never been, wherever it was stopped', async () => {
    const whole = await temporaryFolder()
    const { fingerprint } = await run(await runIn(whole))
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: stepsInAll }), { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 4 }),
        async (stops, everySteps) => {
          const folder = await temporaryFolder()
          const saveEvery = { everySteps }
          for (const steps of stops) {
            const stopped = await runIn(folder, { ...stopAfter(steps), saveEvery, resume: true })
            await run(stopped).catch((error) => expect(error).toBeInstanceOf(TrainingStopped))
          }
          const end = await run(await runIn(folder, { resume: true }))
          expect(end.fingerprint).toBe(fingerprint)
          expect(await metricsIn(folder)).toEqual(await metricsIn(whole))
        },
      ),
      { numRuns: 8 },
    )
  })

  it('should begin again where it was killed before it had said what it is, and nothing else was there', async () => {
    const folder = await temporaryFolder()
    const dead = { process: 2 ** 22 + 1, host: hostname(), began: '', since: 0 }
    await writeFile(join(folder, 'lock-0123456789abcdef'), JSON.stringify(dead))
    await writeFile(join(folder, 'config.json.1.partial'), '{"mod')
    const { fingerprint } = await run(await runIn(folder, { resume: true }))
    expect(fingerprint).toBe((await run(await runIn(await temporaryFolder()))).fingerprint)
    expect((await readdir(folder)).filter((name) => /lock|partial/.test(name))).toEqual([])

    const other = await temporaryFolder()
    await writeFile(join(other, 'thesis.txt'), '')
    await expect(run(await runIn(other, { resume: true }))).rejects.toThrow(
      `${other}: expected a new or empty folder, but this one holds thesis.txt`,
    )
  })

  it('should go on from the checkpoint before the newest where that is damaged, and say so', async () => {
    const { fingerprint } = await run(await runIn(await temporaryFolder()))
    const folder = await temporaryFolder()
    const saveEvery = { everySteps: 1 }
    await expect(run(await runIn(folder, { ...stopAfter(5), saveEvery, resume: true }))).rejects.toThrow(
      'stopped after step 2 of 3 in epoch 2; the training can continue from there',
    )
    const names = (await readdir(join(folder, 'checkpoints'))).sort()
    expect(names.map((name) => name.slice(0, 14))).toEqual(['step-000000004', 'step-000000005'])
    const newest = join(folder, 'checkpoints', names[1])
    await damage(newest)
    const heard: string[] = []
    const observer: Observer = {
      started: ({ epoch, step }) => void heard.push(`from epoch ${epoch} step ${step}`),
      warned: (message) => void heard.push(message),
    }
    const end = await run(await runIn(folder, { resume: true, observer }))
    expect(heard).toEqual([
      `${newest}: the file is damaged: its hash does not match its name; skipping this checkpoint`,
      'from epoch 2 step 1',
    ])
    expect(end.fingerprint).toBe(fingerprint)
  })

  it.each([
    ['a link to nothing', (path: string) => symlink('nowhere', path), 'there is no such file'],
    ['a folder', (path: string) => mkdir(path), 'expected a file, but this is a folder'],
    ['a link to itself', (path: string) => symlink(path, path), 'ELOOP'],
  ])('should go on from the checkpoint before the newest where that is %s', async (_, replace, cause) => {
    const folder = await temporaryFolder()
    const saveEvery = { everySteps: 1 }
    await run(await runIn(folder, { ...stopAfter(5), saveEvery })).catch(() => {})
    const [older, newer] = (await readdir(join(folder, 'checkpoints'))).sort()
    const newest = join(folder, 'checkpoints', newer)
    await rm(newest)
    await replace(newest)
    const warnings: string[] = []
    const observer: Observer = { warned: (message) => void warnings.push(message) }
    const stopped = run(await runIn(folder, { ...stopAfter(1, observer), saveEvery, resume: true }))
    await expect(stopped).rejects.toThrow('stopped after step 2 of 3 in epoch 2')
    expect(warnings).toEqual([expect.stringMatching(/; skipping this checkpoint$/)])
    expect(warnings[0]).toContain(newest)
    expect(warnings[0]).toContain(cause)
    expect(await readdir(join(folder, 'checkpoints'))).toContain(older)
  })

  it('should not begin again over epochs that have ended where no checkpoint is left, and change nothing', async () => {
    const folder = await temporaryFolder()
    await run(await runIn(folder, stopAfter(4))).catch(() => {})
    const files = ['metrics.jsonl', 'last.safetensors', 'best.safetensors']
    const before = await Promise.all(files.map((name) => readFile(join(folder, name))))
    const checkpoints = join(folder, 'checkpoints')
    for (const name of await readdir(checkpoints)) await rm(join(checkpoints, name))
    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(run(await runIn(folder, { resume: true }))).rejects.toThrow(
        `${folder}/metrics.jsonl: records 1 finished epoch, but ${checkpoints} contains no intact checkpoint`,
      )
    }
    expect(await Promise.all(files.map((name) => readFile(join(folder, name))))).toEqual(before)
  })

  it('should end with an error where its folder is removed, or becomes that of another, while it is at work', async () => {
    const remove = (folder: string, isMadeAgain: boolean) => {
      rmSync(folder, { recursive: true })
      if (isMadeAgain) mkdirSync(folder)
    }
    const everyStep = { everySteps: 1 }
    for (const isMadeAgain of [false, true]) {
      for (const [saveEvery, isAtTheEnd] of [
        [undefined, false],
        [everyStep, false],
        [undefined, true],
      ] as const) {
        const folder = join(await temporaryFolder(), 'run')
        let removed = false
        const observer: Observer = {
          stepEnded: ({ epoch }) => {
            if (removed || isAtTheEnd || epoch < 2) return
            removed = true
            remove(folder, isMadeAgain)
          },
          epochEnded: ({ metrics }) => {
            if (isAtTheEnd && metrics.epoch === hyperparameters.epochs) remove(folder, isMadeAgain)
          },
        }
        await expect(run(await runIn(folder, { observer, saveEvery }))).rejects.toThrow(
          'the folder was removed or moved, or another process took it',
        )
        expect(existsSync(folder) ? await readdir(folder) : []).toEqual([])
      }
    }
  })

  it('should not leave behind what it was writing when it was killed', async () => {
    const folder = await temporaryFolder()
    const saveEvery = { everySteps: 1 }
    await expect(run(await runIn(folder, { ...stopAfter(2), saveEvery, resume: true }))).rejects.toThrow(
      'stopped after step',
    )
    const left = [join(folder, 'last.safetensors.1.partial'), join(folder, 'checkpoints', 'step.1.partial')]
    for (const path of left) await writeFile(path, 'half of')
    await run(await runIn(folder, { resume: true }))
    for (const path of left) expect(existsSync(path)).toBe(false)
  })

  it('should name the file where the disk is full, harm no checkpoint, and go on as if it had never been', async () => {
    const whole = await temporaryFolder()
    const { fingerprint } = await run(await runIn(whole))
    const folder = await temporaryFolder()
    const saveEvery = { everySteps: 1 }
    await run(await runIn(folder, { ...stopAfter(5), saveEvery })).catch(() => {})
    const checkpoints = join(folder, 'checkpoints')
    const before = await contentsOf(checkpoints)
    for (const [name, method, turn] of [
      ['metrics.jsonl', 'appendFile', 1],
      ['events.out.tfevents', 'appendFile', 1],
      // The first is at the start.
      ['metrics.csv', 'writeFile', 2],
    ] as const) {
      const spy = fullDisk(name, method, turn)
      const stopped = run(await runIn(folder, { resume: true }))
      await expect(stopped.finally(() => spy.mockRestore())).rejects.toThrow(
        new RegExp(`^${folder}/${name}\\S*: cannot write (to )?this file \\(ENOSPC: no space left on device`),
      )
      expect(await contentsOf(checkpoints)).toEqual(before)
      await metricsIn(folder)
    }
    expect((await run(await runIn(folder, { resume: true }))).fingerprint).toBe(fingerprint)
    expect(await metricsIn(folder)).toEqual(await metricsIn(whole))
  })

  it('should give its result again once it has ended, and train nothing', async () => {
    const folder = await temporaryFolder()
    const { network, ...result } = await run(await runIn(folder, { resume: true }))
    const observer: Observer = { started: () => expect.unreachable('a training began') }
    const { network: again, ...known } = await run(await runIn(folder, { resume: true, observer }))
    expect(known).toEqual(result)
    expect(await again.stateDict().get('conv1.weight')!.data()).toEqual(
      await network.stateDict().get('conv1.weight')!.data(),
    )
  })

  it('should end with its true error where the lock cannot be removed either', async () => {
    const folder = join(await temporaryFolder(), 'run')
    const observer: Observer = {
      epochEnded: () => {
        rmSync(folder, { recursive: true })
        writeFileSync(folder, 'no folder')
      },
    }
    await expect(run(await runIn(folder, { observer }))).rejects.toThrow('the folder was removed or moved')
  })

  it('should go on with other numerics only where that is accepted, and say from which step', async () => {
    const folder = await temporaryFolder()
    const executor = await currentExecutor()
    const numericsIn = async () => JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')).numerics
    onTestFinished(() => useExecutor(executor))
    await run(await runIn(folder, stopAfter(4))).catch(() => {})
    const [first] = await numericsIn()
    expect(first).toMatchObject({ fromStep: 0, ...numericsOf(executor) })

    useExecutor(wasm({ winograd: false }))
    const refused = `${folder}: continuing this run here would give different bits (winograd was true, now false): continue it in its original environment, or pass --allow-other-numerics (allowOtherNumerics)`
    await expect(run(await runIn(folder, { resume: true }))).rejects.toThrow(refused)
    expect(await numericsIn()).toEqual([first])
    const accepted = { resume: true, allowOtherNumerics: true }
    await run(await runIn(folder, { ...accepted, ...stopAfter(3) })).catch(() => {})
    const second = { ...first, fromStep: 4, winograd: false }
    expect(await numericsIn()).toEqual([first, second])

    useExecutor(executor)
    await expect(run(await runIn(folder, { resume: true }))).rejects.toThrow('winograd was false, now true')
    useExecutor(wasm({ winograd: false, threads: 1 }))
    await run(await runIn(folder, { resume: true }))
    expect(await numericsIn()).toEqual([first, second])
    // What has ended computes nothing.
    useExecutor(executor)
    await run(await runIn(folder, { resume: true }))
  })

  it('should be refused where its configuration does not say what computed it, unless that is accepted', async () => {
    const folder = await temporaryFolder()
    await run(await runIn(folder, stopAfter(4))).catch(() => {})
    const path = join(folder, 'config.json')
    const { numerics, ...config } = JSON.parse(await readFile(path, 'utf8'))
    for (const silent of [{ ...config, numerics: [] }, { ...config, numerics: null }, config]) {
      await writeFile(path, JSON.stringify(silent))
      await expect(run(await runIn(folder, { resume: true }))).rejects.toThrow(
        'architecture was not given, now ',
      )
    }
    await run(await runIn(folder, { resume: true, allowOtherNumerics: true }))
    expect(JSON.parse(await readFile(path, 'utf8')).numerics).toEqual([
      { fromStep: 0, executor: numerics[0].executor },
      { ...numerics[0], fromStep: 4 },
    ])
  })

  it('should not be mistaken for another', async () => {
    const folder = await temporaryFolder()
    await run(await runIn(folder))
    await expect(run(await runIn(folder, { resume: true, seed: 3 }))).rejects.toThrow(
      `${folder}: this folder belongs to another run: seed was 2, now 3`,
    )
  })
})
