import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Loader, type Normalisation, openCifar10, openCifar100, type Split } from '../../datasets/index.ts'
import { tensor } from '../../engine/index.ts'
import { createModel, loadWeights } from '../../nn/index.ts'

const { THERMOGRAD_REFERENCE: reference, THERMOGRAD_DATA: data } = process.env
const folder = join(reference ?? '', 'pretrained')
const isPresent = reference !== undefined && data !== undefined && existsSync(folder)
if (!isPresent) {
  console.warn(
    'Skipped: published weights on real images. THERMOGRAD_REFERENCE names the folder around `pretrained`, THERMOGRAD_DATA that of the images.',
  )
}

/** What the authors of the CIFAR-10 networks normalise with: ImageNet's constants. */
const imageNet: Pick<Normalisation, 'mean' | 'std'> = {
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
}

function readJson(name: string) {
  return JSON.parse(readFileSync(join(folder, name), 'utf8'))
}

/** Logits of all images, and among how many largest the right class is. */
async function classify(model: string, file: string, split: Split) {
  const network = createModel(model).evaluate()
  network.loadStateDict(await loadWeights(join(folder, file)))
  const logits: number[][] = []
  const right = { top1: 0, top5: 0 }
  for (const { images, labels } of new Loader(split, { batchSize: 100 }).epoch(0)) {
    const rows = await network.forward(tensor(images)).logits.ndarray()
    labels.forEach((label, i) => {
      const row = Array.from({ length: rows.shape[1] }, (_, k) => rows.get(i, k))
      const above = row.filter((value) => value > row[label]).length
      if (above === 0) right.top1++
      if (above < 5) right.top5++
      logits.push(row)
    })
  }
  return { logits, ...right }
}

function expectEqual(logits: readonly number[][], expected: readonly number[][]): void {
  expected.forEach((row, i) => {
    row.forEach((value, k) => {
      expect(Math.abs(logits[i][k] - value), `image ${i}, class ${k}`).toBeLessThan(1e-4)
    })
  })
}

describe.skipIf(!isPresent)('published weights on real images', () => {
  it.each([
    ['resnet20_a', 'resnet20'],
    ['resnet56_a', 'resnet56'],
  ])('should classify CIFAR-10 as PyTorch does: %s', async (model, key) => {
    const { file, correctOf1000, first16 } = readJson('logits.json').models[key]
    const { test } = await openCifar10(join(data!, 'cifar10', 'test_1000.bin'))
    const { logits, top1 } = await classify(model, file, {
      ...test,
      normalisation: { ...test.normalisation, ...imageNet },
    })
    expectEqual(logits, first16)
    expect(top1).toBe(correctOf1000)
  })

  it('should classify CIFAR-100 as PyTorch does: wrn_16_2', async () => {
    const { correctOf2500, top5Of2500, first16 } = readJson('cifar100_wrn_16_2.json')
    const { test } = await openCifar100(join(data!, 'cifar-100-binary.tar.gz'))
    const { logits, top1, top5 } = await classify('wrn_16_2', 'cifar100_wrn_16_2.pth', test)
    expectEqual(logits, first16)
    expect([top1, top5]).toEqual([correctOf2500, top5Of2500])
  })
})
