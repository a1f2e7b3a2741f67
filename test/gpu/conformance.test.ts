import { describeConformance } from '../engine/conformance.ts'
import { isFurtherDriver, modes } from './modes.ts'

for (const { name, executor } of modes) {
  describeConformance(name, async () => executor, { runs: isFurtherDriver ? 4 : 12 })
}
