import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'

/** How many rounds had so many owners. */
export type Owners = Record<number, number>

/**
 * Has processes take a folder in the same millisecond, again and again, over a lock that a dead process has left, and counts
 * owners. With `kill`, that share of the owners is killed instead of giving the folder back: the next round begins over
 * what they have left.
 */
export async function contend(
  rounds: number,
  processes: number,
  kill = (): boolean => false,
): Promise<Owners> {
  const folder = await mkdtemp(join(tmpdir(), 'thermograd-lock-'))
  const contenders = await Promise.all(Array.from({ length: processes }, start))
  const owners: Owners = {}
  try {
    await leaveLock(folder)
    for (let round = 0; round < rounds; round++) {
      const at = Date.now() + 5
      const answers = await Promise.all(contenders.map((contender) => ask(contender, { folder, at })))
      for (const answer of answers)
        if (answer !== 'owner' && !answer.includes('is working in this folder')) throw new Error(answer)
      const winners = [...contenders.keys()].filter((place) => answers[place] === 'owner')
      owners[winners.length] = (owners[winners.length] ?? 0) + 1
      for (const place of winners) {
        if (kill()) {
          const ended = once(contenders[place], 'exit')
          contenders[place].kill('SIGKILL')
          await ended
          contenders[place] = await start()
        } else {
          await ask(contenders[place], {})
          await leaveLock(folder)
        }
      }
    }
  } finally {
    for (const contender of contenders) contender.kill()
    await rm(folder, { recursive: true })
  }
  return owners
}

async function leaveLock(folder: string): Promise<void> {
  const dead = { process: 2 ** 22 + 1, host: hostname(), began: '', since: 0 }
  await writeFile(join(folder, 'lock-0123456789abcdef'), JSON.stringify(dead))
}

async function start(): Promise<ChildProcess> {
  const contender = fork(join(import.meta.dirname, 'contender.ts'))
  await once(contender, 'message')
  return contender
}

async function ask(contender: ChildProcess, message: object): Promise<string> {
  contender.send(message)
  const [answer] = await once(contender, 'message')
  return answer
}
