import { describeGradients } from './gradients.ts'
import { modes } from './modes.ts'

describeGradients(modes)
