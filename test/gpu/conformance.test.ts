import { describeConformance } from '../engine/conformance.ts'
import { modes } from './modes.ts'

for (const { name, executor } of modes) {
  describeConformance(name, async () => executor, { runs: 12 })
}
