import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packTar, type TarEntry } from 'modern-tar'
import { beforeAll, describe, expect, it } from 'vitest'
import { createModel, loadWeights } from '../../../nn/index.ts'
import { writeStored } from '../../../nn/weights/formats.ts'
import { encodeTensors } from '../../../nn/weights/storedTensor.ts'
import { fetchTeachers, findTeacher, type PublishedTeachers, teacherFile } from '../../../train/index.ts'
import { serve } from '../../base/files/download/servers.ts'
import { numbers, useReference } from '../../nn/reference.ts'
import { temporaryFolder } from '../temporaryFolder.ts'

beforeAll(useReference)

async function weightsOf(model: string): Promise<Uint8Array> {
  return writeStored('x.pth', await encodeTensors(createModel(model, { seed: 5 }).stateDict()))
}

/** An archive of these files by name, between a folder and a note. */
async function archiveOf(files: Readonly<Record<string, Uint8Array>>): Promise<Uint8Array> {
  const entries = Object.entries(files).map(([name, body]): TarEntry => {
    return { header: { name, size: body.length }, body }
  })
  const folder: TarEntry = { header: { name: 'teachers/', size: 0, type: 'directory' } }
  const note: TarEntry = { header: { name: 'teachers/note.txt', size: 3 }, body: 'abc' }
  return packTar([folder, ...entries, note])
}

const publishedAt = (url: string): PublishedTeachers => ({
  dataset: 'cifar100',
  url,
  teachers: ['resnet8', 'resnet14'].map((model) => ({ model, file: `teachers/${model}.pth`, top1: 60 })),
})

describe('fetchTeachers', () => {
  it('should leave each teacher in the folder, and ask for none that is there', async () => {
    const folder = join(await temporaryFolder(), 'new')
    const files = {
      'teachers/resnet8.pth': await weightsOf('resnet8'),
      'teachers/resnet14.pth': await weightsOf('resnet14'),
    }
    const { url, ranges } = await serve(await archiveOf(files), { cuts: [100_000, 10_000_000] })
    const published = publishedAt(url)

    const one = await fetchTeachers(folder, { published, models: ['resnet8'], pauseMilliseconds: 1 })
    expect(one.files).toEqual({ resnet8: join(folder, 'cifar100_resnet8.safetensors') })
    expect(one.sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(await readdir(folder)).toEqual(['cifar100_resnet8.safetensors'])
    expect(ranges.length).toBe(2)

    const all = await fetchTeachers(folder, { published })
    expect(Object.keys(all.files)).toEqual(['resnet8', 'resnet14'])
    expect(await fetchTeachers(folder, { published })).toEqual({ files: all.files, sha256: undefined })
    expect(ranges.length).toBe(3)

    const weights = await loadWeights(teacherFile(folder, { dataset: 'cifar100', model: 'resnet14' }))
    const expected = createModel('resnet14', { seed: 5 }).stateDict()
    expect(await numbers(weights.get('fc.weight')!)).toEqual(await numbers(expected.get('fc.weight')!))
  })

  it('should keep no teacher that does not fit its network', async () => {
    const folder = await temporaryFolder()
    const files = { 'teachers/resnet8.pth': await weightsOf('resnet14') }
    const { url } = await serve(await archiveOf(files))
    await expect(fetchTeachers(folder, { published: publishedAt(url), models: ['resnet8'] })).rejects.toThrow(
      'teachers/resnet8.pth: the weights do not fit the network: 36 unexpected (layer1.1.conv1.weight, ',
    )
    expect(findTeacher(folder, { dataset: 'cifar100', model: 'resnet8' })).toBeUndefined()
  })

  it('should say what an archive lacks, what is no archive, and what nobody has published', async () => {
    const folder = await temporaryFolder()
    const lacking = await serve(await archiveOf({ 'teachers/resnet8.pth': await weightsOf('resnet8') }))
    await expect(fetchTeachers(folder, { published: publishedAt(lacking.url) })).rejects.toThrow(
      'expected an archive that contains teachers/resnet14.pth, but it does not',
    )
    const page = await serve(new TextEncoder().encode('<html>'.repeat(200)))
    await expect(fetchTeachers(folder, { published: publishedAt(page.url) })).rejects.toThrow(
      'expected a tar archive of teachers, but this one is damaged or of another kind',
    )
    await expect(fetchTeachers(folder, { models: ['resnet8'] })).rejects.toThrow(
      'teachers: resnet8 is not published; expected some of resnet56, resnet110, resnet32x4, ResNet50, wrn_40_2, vgg13',
    )
  })
})

describe('a folder of teachers', () => {
  it.each(['cifar100_resnet56.safetensors', 'cifar100_resnet56.pth', 'resnet56.th'])(
    'should be searched for the names that people give: %s',
    async (name) => {
      const folder = await temporaryFolder()
      await writeFile(join(folder, name), '')
      expect(teacherFile(folder, { dataset: 'cifar100', model: 'resnet56' })).toBe(join(folder, name))
    },
  )

  it('should say how to come by a teacher that is missing', async () => {
    expect(() => teacherFile('mine', { dataset: 'cifar100', model: 'resnet56' })).toThrow(
      'mine: expected cifar100_resnet56.safetensors or cifar100_resnet56.pth, but found no teacher resnet56 for ' +
        'cifar100; download the published one: thermograd teachers fetch resnet56 --teachers mine; or train it with thermograd ' +
        'train --dataset cifar100 --model resnet56, and copy its best.safetensors there; or omit --teachers and ' +
        'THERMOGRAD_TEACHERS, so that distill trains it first',
    )
    expect(() => teacherFile('mine', { dataset: 'digits', model: 'resnet56' })).not.toThrow('fetch')
  })
})
