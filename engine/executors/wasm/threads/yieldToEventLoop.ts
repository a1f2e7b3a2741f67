/** Milliseconds of computing after which others get a turn. */
const longestHold = 20

let lastTurn = 0

/**
 * Lets timers, signals and progress bars have their turn, if they have waited long: a row of awaited steps would else
 * never leave the queue of promises.
 */
export async function yieldToEventLoop(): Promise<void> {
  if (performance.now() - lastTurn < longestHold) return
  await new Promise<void>((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve)
    else setTimeout(resolve)
  })
  lastTurn = performance.now()
}
