import { type LossConnection, type LossObject, withParts } from './loss.ts'
import { type LossFailure, thrown, unsettled } from './lossFailure.ts'

/**
 * Makes every call of a part that throws, or whose promise rejects or does not settle in time, throw a `LossFailure`.
 * After the first promise that does not settle, every call throws at once, so that nothing waits for it again. A
 * connection limits the time of its answers itself, and its own errors pass: they end the check.
 */
export function guardedLoss(loss: LossObject, seconds: number): LossObject {
  const { connection } = loss
  let overdue: LossFailure | undefined
  return withParts(loss, (name, part) => (...given) => {
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
  })
}

/** Throws the error that ended the connection, if any. */
function demandConnection(connection: LossConnection | undefined): void {
  const failure = connection?.failure()
  if (failure) throw failure
}

function isThenable<Value>(value: Value | Promise<Value>): value is Promise<Value> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}

async function settled<Value>(
  promise: Promise<Value>,
  failed: (error: unknown) => Error,
  seconds?: number,
  expired?: () => Error,
): Promise<Value> {
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
