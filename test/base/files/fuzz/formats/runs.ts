import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InvalidInputError } from '../../../../../base/errors.ts'
import { Loader } from '../../../../../datasets/index.ts'
import { openExecutor, tensor } from '../../../../../engine/index.ts'
import {
  environmentOf,
  newNetwork,
  resolveHyperparameters,
  run,
  TeacherLogits,
} from '../../../../../train/index.ts'
import { Checkpoints } from '../../../../../train/loop/checkpoints.ts'
import { contents } from '../../../../../train/report/page.ts'
import { readRuns } from '../../../../../train/report/runRecord.ts'
import { tinyDataset } from '../../../../train/tinyNetwork.ts'
import { type Mutation, pick, spoiling } from '../mutations.ts'
import type { Format } from './format.ts'

/** The files of a run's folder, by their names. */
type Folder = Readonly<Record<string, string>>

const encode = (folder: Folder) => new TextEncoder().encode(JSON.stringify(folder))
const decode = (bytes: Uint8Array): Folder => JSON.parse(new TextDecoder().decode(bytes))

const values = [null, true, -1, 1e308, 'x', '', [], {}, [[]], { epoch: 1 }]

/** Another value somewhere in a JSON text, or a key left out. */
function spoilJson(text: string, stream: Parameters<Mutation>[1]): string {
  const places: (() => void)[] = []
  const collect = (value: unknown) => {
    if (typeof value !== 'object' || value === null) return
    const keyed = value as Record<string, unknown>
    for (const key of Object.keys(keyed)) {
      places.push(() => void (keyed[key] = structuredClone(pick(values, stream))))
      places.push(() => void delete keyed[key])
      collect(keyed[key])
    }
  }
  const root: unknown = JSON.parse(text)
  collect(root)
  if (places.length > 0 && stream.integer(20) > 0) pick(places, stream)()
  else return JSON.stringify(pick(values, stream))
  return JSON.stringify(root)
}

/** Spoils one file of a folder. */
const insideFolder: Mutation = (bytes, stream, other) => {
  const folder = decode(bytes)
  const name = pick(Object.keys(folder), stream)
  const content = Buffer.from(folder[name], 'base64')
  const whole = content.toString('utf8')
  const lines = whole.trimEnd().split('\n')
  const line = stream.integer(lines.length)
  const changes: (() => Uint8Array)[] = [() => spoiling()(content, stream, other)]
  if (name.endsWith('.json')) changes.push(() => Buffer.from(spoilJson(whole, stream)))
  if (name.endsWith('.jsonl'))
    changes.push(() => Buffer.from(`${lines.with(line, spoilJson(lines[line], stream)).join('\n')}\n`))
  return encode({ ...folder, [name]: Buffer.from(pick(changes, stream)()).toString('base64') })
}

/** A run of two epochs, with its newest checkpoint beside its other files. */
export const runFolder: Format = {
  async seeds() {
    const folder = await mkdtemp(join(tmpdir(), 'thermograd-run-'))
    const environment = environmentOf(await openExecutor('wasm'))
    const hyperparameters = resolveHyperparameters({ epochs: 2, batchSize: 8 })
    await run({
      folder,
      dataset: tinyDataset(),
      model: 'resnet8',
      method: 'alone',
      hyperparameters,
      seed: 5,
      environment,
    })
    const files: Record<string, string> = {}
    for (const name of ['config.json', 'recipe.yaml', 'metrics.jsonl', 'result.json', 'confusions.json'])
      files[name] = (await readFile(join(folder, name))).toString('base64')
    await rm(folder, { recursive: true })
    return [encode(files), encode({ ...files, 'step-000000001-0123456789abcdef.safetensors': '' })]
  },
  spoil: insideFolder,
  async read(bytes, folder) {
    for (const [name, content] of Object.entries(decode(bytes)))
      await writeFile(join(folder, name), Buffer.from(content, 'base64'))
    await new Checkpoints(folder).newest()
    const { runs, unreadable } = await readRuns([{ name: 'run', path: folder }])
    contents({ runs, unreadable })
    if (unreadable.length > 0) throw new InvalidInputError(unreadable[0].reason)
  },
}

const images = new Loader(tinyDataset().train, { batchSize: 8 })
let network: ReturnType<typeof newNetwork> | undefined
const teacher = () => ({ model: 'resnet8', network: (network ??= newNetwork('resnet8', tinyDataset(), 9)) })

async function askAll(folder: string): Promise<void> {
  const kept = { folder, precision: 'float32', teacher: teacher(), images } as const
  const logits = await TeacherLogits.open(kept)
  try {
    for (const batch of images.epoch(0)) await logits.of(batch, tensor(batch.images), 1)
  } finally {
    logits.close()
  }
}

/** A file of a teacher's logits for all images. */
export const teacherCache: Format = {
  async seeds() {
    const folder = await mkdtemp(join(tmpdir(), 'thermograd-cache-'))
    await askAll(folder)
    const [name] = await readdir(folder)
    const file = await readFile(join(folder, name))
    await rm(folder, { recursive: true })
    return [encode({ [name]: file.toString('base64') })]
  },
  spoil: insideFolder,
  async read(bytes, folder) {
    for (const [name, content] of Object.entries(decode(bytes)))
      await writeFile(join(folder, name), Buffer.from(content, 'base64'))
    await askAll(folder)
  },
}
