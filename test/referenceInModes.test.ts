import { modes } from './engine/modes.ts'
import { describeFiles } from './referenceCases/files.ts'
import { inFloat32 } from './referenceCases/precision.ts'

// What `reference.test.ts` leaves.
describeFiles(modes.slice(3).map(inFloat32))
