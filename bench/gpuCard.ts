// Everything to measure on a machine with a GPU, in ten minutes: `OUT=folder node bench/gpuCard.ts [batch]`.
// It needs no network: install `webgpu`, the rivals and PyTorch before. What each part writes is left in the folder.
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { python } from './rivals.ts'

const folder = process.env.OUT ?? 'runs/gpu-card'
const batch = process.argv[2] ?? '64'
const root = join(import.meta.dirname, '..')
const vitest = join(root, 'node_modules/vitest/vitest.mjs')
const job = JSON.stringify({ teacher: 'resnet32x4', student: 'resnet8x4', batch: Number(batch) })

/** File, seconds after which the part is stopped, command, standard input. */
const parts: readonly (readonly [
  file: string,
  seconds: number,
  command: readonly string[],
  input?: string,
])[] = [
  ['step.json', 90, [process.execPath, 'bench/gpu.ts', '--batch', batch, '--seconds', '10', '--json']],
  [
    'rivals.json',
    210,
    [process.execPath, 'bench/gpu.ts', '--rivals', '--batch', batch, '--seconds', '1', '--json'],
  ],
  ['pytorch.json', 60, [python, 'bench/rivals/pytorch.py', job, '8', 'channels last', 'cuda'], '5\n50\n'],
  [
    'tests.txt',
    220,
    [process.execPath, vitest, 'run', '--project', 'gpu', 'test/gpu/executor', 'test/gpu/conformance'],
  ],
]

mkdirSync(folder, { recursive: true })
for (const [file, seconds, [command, ...values], input = ''] of parts) {
  const { stdout, stderr, status, error } = spawnSync(command, values, {
    ...{ cwd: root, input, timeout: 1000 * seconds, maxBuffer: 2 ** 28 },
    env: { ...process.env, THERMOGRAD_GPU_MODES: 'webgpu' },
  })
  writeFileSync(join(folder, file), stdout ?? '')
  writeFileSync(join(folder, `${file}.err`), stderr ?? '')
  const last = String(stderr).trim().split('\n').at(-1)
  process.stdout.write(`${file}: ${status === 0 ? 'done' : `failed, ${error?.message ?? last}`}\n`)
}
