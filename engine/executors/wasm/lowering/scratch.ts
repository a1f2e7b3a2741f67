import type { Scheduler } from '../../../plan/scheduler.ts'
import type { View } from '../../../plan/view.ts'
import type { WasmCalls } from '../kernels/calls.ts'
import { tileTotalsFloats } from '../kernels/tileTotals.ts'
import type { EngineModes } from '../modes.ts'

/** Allocates scratch memory for each thread. It is an operand that no kernel writes as its result. */
export function scratchOf(scheduler: Scheduler<WasmCalls>, { threads }: EngineModes, floats: number): View {
  return scheduler.allocate([threads, floats], 'float32')
}

/** Allocates scratch for the totals of tiles whose sums run through loops of these lengths; none for short sums. */
export function tileTotals(
  scheduler: Scheduler<WasmCalls>,
  modes: EngineModes,
  lengths: readonly number[],
): View[] {
  const floats = tileTotalsFloats(lengths, modes.tile)
  return floats === 0 ? [] : [scratchOf(scheduler, modes, floats)]
}
