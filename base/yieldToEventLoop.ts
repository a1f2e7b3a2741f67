let lastYield = 0

/**
 * Yields to the event loop if it has waited longer than this many milliseconds, so that timers, signals and progress bars
 * run: a loop of awaited promises alone would starve the macrotask queue.
 *
 * V8 collects garbage in the event loop too, and copies whatever is still reachable, so yield after a piece of work, not in
 * the middle of it.
 */
export async function yieldToEventLoop(longestWait: number): Promise<void> {
  if (performance.now() - lastYield < longestWait) return
  await new Promise<void>((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve)
    else setTimeout(resolve)
  })
  lastYield = performance.now()
}
