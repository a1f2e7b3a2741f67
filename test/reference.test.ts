import { modes } from './engine/modes.ts'
import { describeFiles } from './referenceCases/files.ts'
import { inFloat32, inFloat64 } from './referenceCases/precision.ts'

// The other modes are in files of their own, so that workers run them side by side.
describeFiles([inFloat64, ...modes.slice(0, 3).map(inFloat32)])
