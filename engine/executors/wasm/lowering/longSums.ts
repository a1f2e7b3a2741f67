import type { CallKernel, Kernel } from '../../../plan/kernels.ts'
import type { Schedule } from '../../../plan/schedule.ts'
import { denseView } from '../../../plan/view.ts'
import { sizeOf } from '../../../shape.ts'
import { bytesPerElement } from '../kernels/lanes.ts'
import { longSums } from '../kernels/loopFolds.ts'
import { bytesPerTotal } from '../kernels/totals.ts'

/** Returns the schedule with scratch memory for the totals of long sums in its loops. */
export function withTotals<Call extends CallKernel>({
  kernels,
  values,
  outputs,
}: Schedule<Call>): Schedule<Call> {
  const grown = [...values]
  const withMemory = (kernel: Kernel<Call>): Kernel<Call> => {
    if (kernel.kind !== 'loop') return kernel
    const long = longSums(kernel)
    const folds = kernel.folds.map((fold) => {
      if (!long.includes(fold)) return fold
      const shape = [(sizeOf(values[fold.view.value].shape) * bytesPerTotal) / bytesPerElement]
      return { ...fold, totals: denseView(grown.push({ shape, dtype: 'float32' }) - 1, shape) }
    })
    return { ...kernel, folds }
  }
  return { kernels: kernels.map(withMemory), values: grown, outputs }
}
