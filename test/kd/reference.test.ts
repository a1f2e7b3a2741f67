import { openExecutor } from '../../engine/index.ts'
import { describeDistillationCases } from './referenceCases.ts'

const folder = process.env.THERMOGRAD_REFERENCE ?? 'test/reference'
const { executor } = await openExecutor('reference')

describeDistillationCases(folder, { executor, dtype: 'float64', tolerance: 1e-9 })
