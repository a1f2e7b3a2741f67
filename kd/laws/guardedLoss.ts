import type { LossConnection, LossObject } from './loss.ts'
import { type LossFailure, thrown, unsettled } from './lossFailure.ts'

/**
 * Makes every call of a part that throws, or whose promise rejects or does not settle in time, throw a `LossFailure`.
 * After the first promise that does not settle, every call throws at once, so that nothing waits for it again. A
 * connection limits the time of its answers itself, and its own errors pass: they end the check.
 */
export function guardedLoss(loss: LossObject, seconds: number): LossObject {
  const { connection } = loss
  let overdue: LossFailure | undefined
  const guarded =
    (name: string, part: (...given: never[]) => unknown) =>
    (...given: never[]) => {
      if (overdue) throw overdue
      const failed = (error: unknown) => {
        demandConnection(connection)
        return thrown(name, error, given)
      }
      const expired = () => {
        overdue = unsettled(name, seconds, given)
        return overdue
      }
      try {
        const answer = part.apply(loss, given)
        if (!isThenable(answer)) return answer
        return connection ? settled(answer, failed) : settled(answer, failed, seconds, expired)
      } catch (error) {
        throw failed(error)
      }
    }
  const parts = Object.entries(loss).map(([name, part]) => [
    name,
    typeof part === 'function' ? guarded(name, part) : part,
  ])
  return Object.fromEntries(parts)
}

/** Throws the error that ended the connection, if any. */
function demandConnection(connection: LossConnection | undefined): void {
  const failure = connection?.failure()
  if (failure) throw failure
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

async function settled(
  promise: PromiseLike<unknown>,
  failed: (error: unknown) => Error,
  seconds?: number,
  expired?: () => Error,
): Promise<unknown> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    if (seconds !== undefined && expired) timer = setTimeout(() => reject(expired()), 1000 * seconds)
  })
  try {
    return await Promise.race([promise, late])
  } catch (error) {
    throw failed(error)
  } finally {
    clearTimeout(timer)
  }
}
