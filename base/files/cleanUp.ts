/**
 * Runs `work`, then `cleanUp`, whether `work` succeeds or fails. If both fail, throws the error of `work`: in a folder
 * that has become read-only, for example, it says what could not be written, and the other only that nothing can be
 * removed.
 */
export async function withCleanUp<T>(work: () => Promise<T>, cleanUp: () => Promise<void>): Promise<T> {
  let result: T
  try {
    result = await work()
  } catch (error) {
    await cleanUp().catch(() => {})
    throw error
  }
  await cleanUp()
  return result
}
