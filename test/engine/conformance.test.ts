import type { DeviceName } from '../../engine/device.ts'
import { openExecutor } from '../../engine/index.ts'
import { describeConformance } from './conformance.ts'

/** Every executor but the reference itself. */
const executors: readonly DeviceName[] = ['wasm']

for (const name of executors) {
  describeConformance(name, async () => (await openExecutor(name)).executor)
}
