import { demand } from './errors.ts'
import { complaintAboutNode } from './nodeVersion.ts'

// Imported first by every entry of the package, so that an old Node is refused by name rather than for what it lacks. The
// modules of an entry must link there all the same: what newer versions add to Node's own modules is not imported by name.
const version = globalThis.process?.versions?.node
const complaint = version === undefined ? undefined : complaintAboutNode(version)
demand(complaint === undefined, () => complaint ?? '')
