import { threefry2x32 } from '../../../base/random.ts'
import { sizeOf } from '../../shape.ts'
import type { Kernel } from './kernel.ts'

export const randomBits: Kernel<'randomBits'> = ([key], { shape }) =>
  Float64Array.from(
    { length: sizeOf(shape) },
    (_, i) => threefry2x32([key.values[0], key.values[1]], i, 0)[0] >>> 8,
  )
