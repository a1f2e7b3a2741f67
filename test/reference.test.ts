import { modes } from './engine/modes.ts'
import { describeFiles } from './referenceCases/files.ts'
import { inFloat32, inFloat64 } from './referenceCases/precision.ts'

describeFiles([inFloat64, ...modes.map(inFloat32)])
