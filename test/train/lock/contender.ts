// A process that takes folders when it is told to, and says whether it has: see `rounds.ts`.
import { type FolderLock, lockFolder } from '../../../train/runFolder/lock.ts'

let lock: FolderLock | undefined

process.on('message', async ({ folder, at }: { folder?: string; at: number }) => {
  if (folder === undefined) {
    await lock?.release()
    lock = undefined
    process.send!('released')
    return
  }
  // Timers are a millisecond late: whoever waits for the same moment spins.
  while (Date.now() < at);
  try {
    lock = await lockFolder(folder)
    process.send!('owner')
  } catch (error) {
    process.send!((error as Error).message)
  }
})
process.send!('ready')
