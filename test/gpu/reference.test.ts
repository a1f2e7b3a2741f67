import { describeFiles } from '../referenceCases/files.ts'
import type { Precision } from '../referenceCases/precision.ts'
import { isFurtherDriver, modes } from './modes.ts'

/** resnet20 has 21 convolutions with those of its shortcuts, and 278,324 parameters; resnet8 has 9, and fewer than 100,000. */
const inFloat32 = {
  dtype: 'float32',
  losses: 1e-5,
  ofPyTorch: 4,
  networks: 1e-4,
  networkGradients: 2e-2,
  method: 'direct',
  deepest: isFurtherDriver ? 9 : 21,
  largest: isFurtherDriver ? 100_000 : 300_000,
} as const

describeFiles(
  modes.map(({ name, executor }): Precision => ({ name, open: async () => executor, ...inFloat32 })),
)
