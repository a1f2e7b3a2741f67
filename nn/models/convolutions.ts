import { kaimingNormal } from '../initializers.ts'
import { Conv2d } from '../layers/index.ts'
import type { Initializer } from '../parameter.ts'

/** A 1×1 or 3×3 convolution, padded to keep the size of the maps at stride 1; without bias, because batch norm follows. */
export function convolution(channels: number, filters: number, kernel: 1 | 3, stride = 1): Conv2d {
  const padding = (kernel - 1) / 2
  return new Conv2d(channels, filters, kernel, { stride, padding, bias: false, initializer: kaimingNormal })
}

/** A depthwise 3×3 convolution. */
export function depthwise(channels: number, stride: number, initializer?: Initializer): Conv2d {
  return new Conv2d(channels, channels, 3, { stride, padding: 1, groups: channels, bias: false, initializer })
}
