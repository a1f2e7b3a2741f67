#!/usr/bin/env node
import { complaintAboutNode } from './nodeVersion.ts'

const complaint = complaintAboutNode(process.versions.node)
if (complaint !== undefined) {
  console.error(complaint)
  process.exitCode = 2
} else {
  // Loaded only now: an older Node could not even read it.
  const { main } = await import('./program.ts')
  const { stop } = await import('./stopping.ts')
  // A signal ends the process as an exit does, so that whoever changed the terminal can mend it.
  process.on('SIGINT', () => stop(130))
  process.on('SIGTERM', () => stop(143))
  // What Slurm's --signal is usually told to send before the time is up.
  process.on('SIGUSR1', () => stop(138))
  for (const stream of [process.stdout, process.stderr]) stream.on('error', endWithReader)
  const code = await main(process.argv.slice(2), process)
  // A module that a command loaded may keep a timer, a process or a socket: that must not keep this one alive.
  for (const stream of [process.stdout, process.stderr]) await new Promise((done) => stream.write('', done))
  process.exit(code)
}

/** Whoever read the output has gone, as `head` does: nothing is left to say, and nobody to say it to. */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
}
