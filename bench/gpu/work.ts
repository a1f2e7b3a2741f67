import type { Shape } from '../../engine/index.ts'
import { type Job, jobOf } from '../jobs.ts'
import { type Layer, layers, type Product } from '../operations/convolutions.ts'

/** Work that every contestant has an operation for, or composes. */
export type Work =
  | { readonly kind: Product; readonly name: string; readonly layer: Layer; readonly batch: number }
  | { readonly kind: 'product'; readonly name: string; readonly sizes: readonly [number, number, number] }
  | { readonly kind: MapWork; readonly name: string; readonly shape: Shape }
  | { readonly kind: 'step'; readonly name: string; readonly job: Job }

/**
 * Work on maps [N, C, H, W]. Sum: over N, H and W. Normalization: x s + t with s and t per channel, then ReLU. Shortcut:
 * the ReLU of a sum of two.
 */
export type MapWork = 'sum' | 'normalization' | 'shortcut'

/** The convolutions of the DTKD step, products, folds and loops of its largest maps, and steps. */
export function worksOf(batch: number): Work[] {
  const dtkdLayers: readonly Layer[] = [
    ...layers.filter(({ network }) => network.startsWith('resnet8x4')),
    { network: 'resnet8x4', channels: 32, filters: 64, size: 32, kernel: 1 },
    { network: 'resnet8x4', channels: 128, filters: 256, size: 16, kernel: 1, stride: 2 },
  ]
  const products = ['convolution', 'input gradient', 'weight gradient'] as const
  const maps = [batch, 64, 32, 32]
  return [
    ...products.flatMap((kind) =>
      dtkdLayers
        // Nothing trains on the gradient of the images.
        .filter(({ channels }) => kind !== 'input gradient' || channels > 3)
        .map((layer): Work => ({ kind, name: `${kind} ${describeLayer(layer)}`, layer, batch })),
    ),
    productWork(256, 256, 256),
    productWork(batch, 256, 100),
    ...(['sum', 'normalization', 'shortcut'] as const).map(
      (kind): Work => ({ kind, name: `${kind} of [${maps.join(', ')}]`, shape: maps }),
    ),
    ...['evaluate', 'train', 'dtkd'].map(
      (name): Work => ({ kind: 'step', name: `step ${name}`, job: jobOf(name, batch) }),
    ),
  ]
}

function productWork(...sizes: [number, number, number]): Work {
  return { kind: 'product', name: `product ${sizes.join('×')}`, sizes }
}

function describeLayer({ channels, filters, size, kernel, stride = 1 }: Layer): string {
  return `${channels}→${filters}, ${kernel}×${kernel}${stride > 1 ? ` / ${stride}` : ''}, ${size}×${size}`
}
