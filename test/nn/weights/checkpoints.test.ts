import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { createModel, loadWeights } from '../../../nn/index.ts'
import { fillWeights } from '../../referenceCases/fill.ts'
import { numbers, useReference } from '../reference.ts'

beforeAll(useReference)

/** Files that PyTorch wrote: in any folder laid out as `test/reference`, see the README there. */
const reference = process.env.THERMOGRAD_REFERENCE ?? join(import.meta.dirname, '../../reference')

function weightFilesIn(folder: string): string[] {
  const path = join(reference, folder)
  const names = readdirSync(reference).includes(folder) ? readdirSync(path) : []
  return names.filter((name) => /\.pt?h$/.test(name)).map((name) => join(path, name))
}

const [hostile, friendly] = [true, false].map((malicious) =>
  weightFilesIn('checkpoints').filter((path) => path.includes('malicious') === malicious),
)

describe('checkpoints of PyTorch', () => {
  it('should be there', () => {
    expect(friendly.length).toBeGreaterThan(0)
    expect(hostile.length).toBeGreaterThan(0)
  })

  it.each(friendly)('should hold the weights of the README: %s', async (path) => {
    const network = createModel('resnet8').loadStateDict(await loadWeights(path))
    const expected = createModel('resnet8')
    fillWeights(expected)
    for (const [name, tensor] of network.stateDict()) {
      const [actual, exact] = [await numbers(tensor), await numbers(expected.stateDict().get(name)!)]
      // Half precision keeps 11 bits.
      const precision = path.includes('half') ? 2 ** -11 : 2 ** -24
      const outside = actual.filter(
        (value, i) => !(Math.abs(value - exact[i]) <= precision * Math.abs(exact[i]) + 2 ** -24),
      )
      expect(outside).toEqual([])
    }
  })

  it.each(hostile)('should be refused by the name that they would call: %s', async (path) => {
    await expect(loadWeights(path)).rejects.toThrow(
      `${path}: not a valid PyTorch file: it needs 'posix.system', which is not part of a dictionary of tensors`,
    )
  })

  it.each(weightFilesIn('pretrained'))('should be read: %s', async (path) => {
    expect((await loadWeights(path)).size).toBeGreaterThan(50)
  })
})
