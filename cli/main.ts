#!/usr/bin/env node
import { constants } from 'node:os'
import { complaintAboutNode } from '../base/nodeVersion.ts'

const complaint = complaintAboutNode(process.versions.node)
if (complaint !== undefined) {
  console.error(complaint)
  process.exitCode = 2
} else {
  // Imported only now, because an older Node could not even parse it.
  const { main } = await import('./program.ts')
  const { endWithReader, stop } = await import('./stopping.ts')
  // Signals end the process through process.exit, so that its exit handlers can restore the terminal. Slurm's --signal is
  // usually set to send SIGUSR1 before the time limit. SIGPIPE never arrives: in Node the write fails instead.
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGUSR1', 'SIGTERM'] as const)
    process.on(signal, () => stop(128 + constants.signals[signal]))
  for (const stream of [process.stdout, process.stderr]) stream.on('error', endWithReader)
  const code = await main(process.argv.slice(2), process)
  // A timer, a child process or a socket left open by a module that a command loaded must not keep this process alive.
  for (const stream of [process.stdout, process.stderr]) await new Promise((done) => stream.write('', done))
  process.exit(code)
}
