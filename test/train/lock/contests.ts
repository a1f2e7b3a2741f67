import { lockFolder } from '../../../train/runFolder/lock.ts'
import type { Contest, Ending, Locking } from './explorer.ts'

export const locking: Locking = async (folder, surroundings) => {
  const lock = await lockFolder(folder, surroundings)
  return () => lock.release()
}

const dead = { process: 99, host: 'here', began: '', since: 0 }

/** A lock that a dead process has left behind. */
export const stale = { name: 'lock-ffffffffffffffff', text: JSON.stringify(dead) }

/** Of two processes that may be killed anywhere. The names of processes ascend: of two with equal times, the first wins. */
export const pairs: Contest[] = [
  { locking, since: [1, 1], stale: [stale], crashes: 2 },
  { locking, since: [2, 1], stale: [stale], crashes: 2 },
]

/** Of three processes, none of which is killed. */
export const three: Contest = { locking, since: [2, 1, 2], stale: [], crashes: 0 }

/** Of three processes, with stale locks and killed ones: these take minutes. */
export const large: Contest[] = [
  { locking, since: [1, 1, 1], stale: [stale], crashes: 0 },
  { locking, since: [2, 1, 2], stale: [], crashes: 3 },
]

/** Whether an order of steps ended as it should: where nobody was killed, or gave up waiting, somebody owned the folder. */
export function isRight({ owned, crashed, lostPatience, files }: Ending): boolean {
  if (crashed > 0) return true
  return files.length === 0 && (owned > 0 || lostPatience)
}
