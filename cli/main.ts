#!/usr/bin/env node
import { constants } from 'node:os'
import { complaintAboutNode } from '../base/nodeVersion.ts'

const complaint = complaintAboutNode(process.versions.node)
if (complaint !== undefined) {
  console.error(complaint)
  process.exitCode = 2
} else {
  // Loaded only now: an older Node could not even read it.
  const { main } = await import('./program.ts')
  const { endWithReader, stop } = await import('./stopping.ts')
  // A signal ends the process as an exit does, so that whoever changed the terminal can mend it. SIGUSR1 is what Slurm's
  // --signal is usually told to send before the time is up. SIGPIPE never comes: Node has writing fail instead.
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGUSR1', 'SIGTERM'] as const)
    process.on(signal, () => stop(128 + constants.signals[signal]))
  for (const stream of [process.stdout, process.stderr]) stream.on('error', endWithReader)
  const code = await main(process.argv.slice(2), process)
  // A module that a command loaded may keep a timer, a process or a socket: that must not keep this one alive.
  for (const stream of [process.stdout, process.stderr]) await new Promise((done) => stream.write('', done))
  process.exit(code)
}
