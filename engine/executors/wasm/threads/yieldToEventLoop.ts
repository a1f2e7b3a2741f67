/** Milliseconds of computing after which the event loop gets control. */
const longestHold = 20

let lastYield = 0

/**
 * Yields to the event loop if it has waited long, so that timers, signals and progress bars run: otherwise a loop of
 * awaited steps would starve the macrotask queue.
 */
export async function yieldToEventLoop(): Promise<void> {
  if (performance.now() - lastYield < longestHold) return
  await new Promise<void>((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve)
    else setTimeout(resolve)
  })
  lastYield = performance.now()
}
