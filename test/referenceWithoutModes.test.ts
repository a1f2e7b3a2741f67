import { modes } from './engine/modes.ts'
import { describeFiles } from './referenceCases/files.ts'
import { inFloat32 } from './referenceCases/precision.ts'

// Before the executor finds out what there is: V8 then never hears of its revectorizer in this process.
process.env.THERMOGRAD_REVECTORIZE = '0'

describeFiles([modes.at(-1)!].map(inFloat32))
