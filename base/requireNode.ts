import { demand } from './errors.ts'
import { complaintAboutNode } from './nodeVersion.ts'

// Every entry of the package imports this first, so an old Node fails with this message rather than with a missing feature.
// Modules must still link on an old Node: exports that newer versions add to Node's modules are not imported by name.
const version = globalThis.process?.versions?.node
const complaint = version === undefined ? undefined : complaintAboutNode(version)
demand(complaint === undefined, () => complaint ?? '')
