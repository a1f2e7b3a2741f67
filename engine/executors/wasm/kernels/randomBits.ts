import { parity, rotations } from '../../../../base/random.ts'
import { sizeOf } from '../../../shape.ts'
import { i32 } from '../assembler/instructions.ts'
import type { WasmCall } from './calls.ts'
import { beginKernel, type KernelCode } from './kernelCode.ts'
import { bytesPerElement } from './lanes.ts'

/**
 * Threefry-2x32 with its twenty rounds unrolled, as in `base/random.ts`:
 *
 *     for each element i: output = first word of threefry2x32(key, (i, 0)) >>> 8
 */
export function randomBitsCode({ inputs: [key], output }: WasmCall<'randomBits'>): KernelCode {
  const code = beginKernel([key, output])
  const { builder, pointerTo } = code
  const words = pointerTo(key).get
  const [x0, x1, ...schedule] = Array.from({ length: 5 }, () => builder.local('i32'))
  builder.emit(
    schedule[0].set(i32.load(words, key.offset * bytesPerElement)),
    schedule[1].set(i32.load(i32.add(words, i32.const((key.offset + key.strides[0]) * bytesPerElement)))),
    schedule[2].set(i32.xor(i32.xor(schedule[0].get, schedule[1].get), i32.const(parity))),
  )
  builder.loop(sizeOf(output.shape), 1, (index) => {
    builder.emit(x0.set(i32.add(index.get, schedule[0].get)), x1.set(schedule[1].get))
    for (let round = 0; round < 20; round++) {
      builder.emit(
        x0.set(i32.add(x0.get, x1.get)),
        x1.set(i32.xor(i32.rotl(x1.get, i32.const(rotations[round % 8])), x0.get)),
      )
      if (round % 4 !== 3) continue
      const injection = (round + 1) / 4
      builder.emit(
        x0.set(i32.add(x0.get, schedule[injection % 3].get)),
        x1.set(i32.add(i32.add(x1.get, schedule[(injection + 1) % 3].get), i32.const(injection))),
      )
    }
    const address = i32.add(pointerTo(output).get, i32.mul(index.get, i32.const(bytesPerElement)))
    builder.emit(i32.store(address, i32.shr_u(x0.get, i32.const(8))))
  })
  return code
}
