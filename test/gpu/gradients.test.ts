import { describeGradients } from '../engine/gradients.ts'
import { modes } from './modes.ts'

describeGradients(modes.map(({ name, executor }) => ({ name, open: () => executor })))
