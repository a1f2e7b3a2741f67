import type { PrimitiveName } from '../../primitiveNames.ts'
import * as convolution from './convolution.ts'
import * as elementwise from './elementwise.ts'
import * as indexing from './indexing.ts'
import type { Kernel } from './kernel.ts'
import * as matmul from './matmul.ts'
import * as movement from './movement.ts'
import * as pooling from './pooling.ts'
import * as random from './random.ts'
import * as reductions from './reductions.ts'

/** The kernel of every primitive: the export of its name. A missing one is a compile error. */
export const kernels: { readonly [Name in PrimitiveName]: Kernel<Name> } = {
  ...elementwise.unaryKernels,
  ...elementwise.binaryKernels,
  ...elementwise,
  ...convolution,
  ...indexing,
  ...matmul,
  ...movement,
  ...pooling,
  ...random,
  ...reductions,
}
