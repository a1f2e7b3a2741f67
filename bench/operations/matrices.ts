import { bytesPerElement } from '../../engine/executors/wasm/kernels/lanes.ts'
import { matmul } from '../../engine/index.ts'
import { assigned, noise, type Operation, zeros } from './operation.ts'

/** [rows, depth] × [depth, columns]. */
function product(title: string, rows: number, depth: number, columns: number): Operation {
  return {
    name: `matmul ${rows}×${depth}×${columns} (${title})`,
    flops: 2 * rows * depth * columns,
    bytes: bytesPerElement * (rows * depth + depth * columns + rows * columns),
    prepare() {
      const [a, b, c] = [noise([rows, depth]), noise([depth, columns]), zeros([rows, columns])]
      return () => [assigned(c, matmul(a, b))]
    },
  }
}

export const matrices: readonly Operation[] = [
  product('square', 512, 512, 512),
  product('classifier of resnet8x4', 64, 256, 100),
]
