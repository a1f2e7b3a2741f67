import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createModel, loadWeights, readWeightFile, saveWeights, writeWeightFile } from '../../../nn/index.ts'
import { useReference } from '../reference.ts'
import { fixtures } from './stored.ts'

/** Any Python with PyTorch 1.13 or later: THERMOGRAD_PYTHON names it. */
const python = process.env.THERMOGRAD_PYTHON ?? '/usr/bin/python3'

function versionOfPytorch(): string | undefined {
  try {
    const script = 'import torch; print(torch.__version__)'
    return execFileSync(python, ['-c', script], { encoding: 'utf8', stdio: 'pipe' }).trim()
  } catch {
    return undefined
  }
}

const pytorch = versionOfPytorch()
if (pytorch === undefined)
  console.log(`Not run: what PyTorch reads, as ${python} has no PyTorch (THERMOGRAD_PYTHON)`)

/** Exits with 1 unless the state dictionaries in two files are equal: names, order, types, shapes and bits. */
const compare = `
import sys, torch
actual = torch.load(sys.argv[1], weights_only=True)
expected = torch.load(sys.argv[2], map_location="cpu")
bits = lambda x: x.detach().contiguous().flatten().view(torch.uint8).tolist() if x.dim() else x.reshape(1).view(torch.uint8).tolist()
assert list(actual) == list(expected), (list(actual), list(expected))
for name, x in actual.items():
    y = expected[name]
    assert x.dtype == y.dtype and x.shape == y.shape and bits(x) == bits(y), name
`

describe.skipIf(pytorch === undefined)(`PyTorch ${pytorch}`, () => {
  let folder: string
  const run = (script: string, ...paths: string[]) =>
    execFileSync(python, ['-c', script, ...paths], { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' })

  beforeAll(async () => {
    await useReference()
    folder = await mkdtemp(join(tmpdir(), 'thermograd-'))
  })

  afterAll(() => rm(folder, { recursive: true }))

  it.each(['kinds_zip.pth', 'kinds_legacy.pth'])(
    'should find every bit of its own file in ours, by way of safetensors: %s',
    async (name) => {
      const original = join(fixtures, name)
      const [safetensors, pth] = [join(folder, 'weights.safetensors'), join(folder, 'weights.pth')]
      await writeWeightFile(safetensors, await readWeightFile(original))
      await writeWeightFile(pth, await readWeightFile(safetensors))
      run(compare, pth, original)
    },
  )

  it('should find the types that it expects of a network of ours', async () => {
    const path = join(folder, 'network.pth')
    await saveWeights(path, createModel('resnet8').stateDict())
    const types = run(
      'import sys, torch; print({str(x.dtype) for x in torch.load(sys.argv[1], weights_only=True).values()})',
      path,
    )
    expect(types).toMatch(/^\{'torch\.(float32', 'torch\.int64|int64', 'torch\.float32)'\}$/m)
    const again = join(folder, 'again.pth')
    await saveWeights(
      again,
      createModel('resnet8', { seed: 1 })
        .loadStateDict(await loadWeights(path))
        .stateDict(),
    )
    run(compare, again, path)
  })
})
