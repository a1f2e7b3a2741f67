import { defineDataset, syntheticDataset } from '../../../datasets/index.ts'
import { defineLogitMethod, kd, option } from '../../../kd/index.ts'
import { defineNetwork, ResNet } from '../../../nn/index.ts'

// A network, a method with a string option and a data set, as a user's module exports them.

export const network = defineNetwork({
  name: 'tiny',
  build: (options) => new ResNet({ depth: 8, widths: [4, 4, 8, 8], ...options }),
})

export const method = defineLogitMethod(
  {
    name: 'mine',
    description: 'knowledge distillation, softly',
    paper: 'A. Author, arXiv 0000.00000',
    options: { measure: option.oneOf(['soft', 'hard'], 'soft') },
  },
  (student, teacher, labels, { measure }) =>
    kd(student, teacher, labels, { referenceTemperature: measure === 'soft' ? 4 : 1 }),
)

export const dataset = defineDataset({
  name: 'patterns',
  description: 'patterns of 8×8 pixels',
  training: { teacher: 'tiny', student: 'tiny', epochs: 1, studentEpochs: 1, batchSize: 8, lr: 0.01 },
  open: () => syntheticDataset({ classes: 3, size: 8, channels: 1, trainCount: 16, testCount: 8 }),
})

export class Unrelated {}
