#!/usr/bin/env node
import { complaintAboutNode } from './nodeVersion.ts'

const complaint = complaintAboutNode(process.versions.node)
if (complaint !== undefined) {
  console.error(complaint)
  process.exitCode = 2
} else {
  // Loaded only now: an older Node could not even read it.
  const { main } = await import('./program.ts')
  process.exitCode = await main(process.argv.slice(2), process)
}
