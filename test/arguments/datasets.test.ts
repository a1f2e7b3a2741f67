import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ndarray from 'ndarray'
import { expect, it } from 'vitest'
import * as datasets from '../../datasets/index.ts'
import { downloadOptions } from './modules.ts'
import { describeArguments, describeClasses, type Row, type Table } from './table.ts'
import { moveToTemporaryFolder } from './temporaryFolder.ts'

const { folder, elsewhere } = moveToTemporaryFolder()

const sizes = { classes: 2, channels: 1, size: 4, trainCount: 6, testCount: 2, seed: 1 }
/** An object that may hold more. */
const open = (fields: object) => Object.assign(Object.create(null), fields)
const split = () => open(datasets.syntheticDataset(sizes).train)
const augmentation = { padding: 1, flip: true }
const placement = { top: 1, left: 0, flip: true }
const normalisation = { scale: 255, mean: [0.5], std: [0.5] }

const file = join(folder, 'archive.tar.gz')
writeFileSync(file, 'an archive')
const md5 = createHash('md5').update('an archive').digest('hex')
const archives = [{ dataset: 'some', layout: 'binary', file: 'archive.tar.gz', url: 'none', md5 }]
const digits = readFileSync(join(elsewhere, 'datasets/digits/digits.csv.gz'))

const named = (names: readonly string[], row: Row): Table =>
  Object.fromEntries(names.map((name) => [name, row]))

describeArguments('thermograd/datasets', datasets, {
  Loader: () => [
    split(),
    {
      batchSize: 2,
      shuffle: true,
      dropLast: true,
      seed: 1,
      augment: augmentation,
      among: Int32Array.of(0, 1, 3),
      limit: 2,
    },
  ],
  holdBack: () => [split(), 2, 1],
  limitIndices: () => [10, 5, 1],
  syntheticDataset: () => [sizes],
  countPlacements: () => [augmentation],
  numberOfPlacement: () => [augmentation, placement],
  normalisationTables: () => [normalisation],
  placeImage: () => [
    ndarray(new Uint8Array(16), [1, 4, 4]),
    placement,
    datasets.normalisationTables(normalisation),
    ndarray(new Float32Array(16), [1, 4, 4]),
  ],
  randomPlacement: () => [augmentation, 1, 2, 3],
  decodeDigits: () => [new Uint8Array(digits)],
  openDigits: () => [],
  defineDataset: () => [
    open({
      name: 'mine',
      description: 'images',
      reason: 'none',
      open: () => datasets.syntheticDataset(sizes),
    }),
  ],
  openDataset: { refused: () => ['mnist', { data: join(folder, 'missing'), synthetic: sizes }] },
  fetchDataset: () => [
    'some',
    {
      layout: 'binary',
      folder,
      archives,
      ...downloadOptions,
    },
  ],
  ...named(
    ['openCifar10', 'openCifar100', 'openCifar100Coarse', 'openFashionMnist', 'openMnist', 'openImageFolder'],
    { refused: () => [join(folder, 'missing')] },
  ),
  verifyDataset: { refused: () => [join(folder, 'missing'), 'cifar10'] },
})

describeClasses('thermograd/datasets', datasets, {
  Loader: [
    new datasets.Loader(split(), { batchSize: 2, augment: augmentation }),
    {
      placements: () => [0, Int32Array.of(0, 5)],
      images: () => [0, Int32Array.of(0, 5)],
      epoch: () => [0, { startBatch: 1 }],
    },
  ],
})

it('should say which option of a loader, or which part of an augmentation, was meant', () => {
  const loader = (options: object) => () => new datasets.Loader(split(), options as datasets.LoaderOptions)
  expect(loader({ batch_size: 2 })).toThrow('unknown option \'batch_size\'; did you mean "batchSize"?')
  expect(loader({ batchSize: 2, augment: { padding: 1, flip: true, flips: 2 } })).toThrow(
    'Loader: augmentation: unknown option \'flips\'; did you mean "flip"?',
  )
  expect(loader({ batchSize: 2, augment: { padding: '1', flip: true } })).toThrow(
    "Loader: expected augmentation.padding to be an integer ≥ 0, at most 32768, got '1'",
  )
})

it('should hold epochs of a loader to what they can be', () => {
  const loader = new datasets.Loader(split(), { batchSize: 2 })
  expect(() => loader.epoch(-1)).toThrow('Loader: expected epoch to be an integer ≥ 0, got -1')
  expect(() => loader.epoch(0, 1 as never)).toThrow(
    'Loader: expected an object with options { startBatch }, got 1',
  )
})
