import ndarray from 'ndarray'
import { type Dataset, defineDataset, type Split } from 'thermograd/datasets'

const size = 8

/** Images of stripes under noise: the class is their direction. */
function stripes(name: string, count: number): Split {
  const pixels = new Uint8Array(new SharedArrayBuffer(count * size * size))
  const labels = Int32Array.from({ length: count }, (_, image) => image % 2)
  for (let i = 0; i < pixels.length; i++) {
    const [image, row, column] = [Math.floor(i / (size * size)), Math.floor(i / size) % size, i % size]
    const along = labels[image] === 0 ? row : column
    pixels[i] = ((along + image) % 4 < 2 ? 160 : 40) + ((i * 7919 + image * 104729) % 61)
  }
  const normalisation = { scale: 255, mean: [0.5], std: [0.25] }
  return { name, images: ndarray(pixels, [count, 1, size, size]), labels, normalisation }
}

function open(): Dataset {
  return {
    name: 'stripes',
    classNames: ['rows', 'columns'],
    train: stripes('stripes training images', 64),
    test: stripes('stripes test images', 32),
    augmentation: { padding: 1, flip: true },
  }
}

export const stripesDataset = defineDataset({
  name: 'stripes',
  description: 'stripes in rows or columns, 1×8×8, 2 classes',
  // What the command line takes unless it is told otherwise.
  training: {
    teacher: 'resnet8',
    student: 'two-stages',
    epochs: 4,
    studentEpochs: 4,
    batchSize: 16,
    lr: 0.05,
  },
  open,
})
