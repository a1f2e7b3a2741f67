import { expect, it } from 'vitest'
import { nearestFirst } from '../../base/suggestions.ts'
import { datasetInfos, datasetNames, openDataset } from '../../datasets/index.ts'

it('should open what needs no files', async () => {
  expect((await openDataset('digits')).train.images.shape).toEqual([1437, 1, 8, 8])
  const synthetic = await openDataset('synthetic', { synthetic: { classes: 7, size: 4 } })
  expect(synthetic.classNames.length).toBe(7)
})

it('should say which names there are', async () => {
  await expect(openDataset('imagenet')).rejects.toThrow(
    `dataset: expected one of ${nearestFirst('imagenet', datasetNames).join(', ')}, got 'imagenet'`,
  )
})

it('should say what CIFAR needs', async () => {
  await expect(openDataset('cifar100')).rejects.toThrow(
    'cifar100: expected data, the path of cifar-100-binary.tar.gz or cifar-100-python.tar.gz, or the folder unpacked from it; fetch it: thermograd data fetch cifar100',
  )
  await expect(openDataset('cifar10')).rejects.toThrow(
    'cifar10: expected data, the path of cifar-10-binary.tar.gz or cifar-10-python.tar.gz, or the folder unpacked from it; fetch it: thermograd data fetch cifar10',
  )
})

it.each(datasetInfos)('should open $name without data exactly if it needs none', async ({ name, data }) => {
  const opened = openDataset(name)
  if (data === undefined) expect((await opened).name).toBe(name)
  else
    await expect(opened).rejects.toThrow(`${name}: expected data, the path of ${data.what}; ${data.source}`)
})

it('should refuse a path that it would not read', async () => {
  await expect(openDataset('digits', { data: 'images' })).rejects.toThrow(
    'digits: takes no data, its images ship with thermograd; got images',
  )
  await expect(openDataset('synthetic', { data: 'images' })).rejects.toThrow('synthetic: takes no data')
})
