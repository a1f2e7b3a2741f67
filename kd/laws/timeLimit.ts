import { InvalidInputError } from '../../base/errors.ts'
import type { LossConnection, LossObject } from './loss.ts'

/** A loss with a time limit on its promises. */
export interface TimedLoss {
  readonly loss: LossObject
  /** Throws if a promise of the loss has not settled in time; results since then are invalid. */
  readonly demandAnswers: () => void
}

/**
 * Limits the time in which promises of a loss must settle. After the first that does not, every call throws
 * immediately; shrinking does not wait again.
 */
export function withTimeLimit(loss: LossObject, seconds: number): TimedLoss {
  if (loss.connection) return { loss, demandAnswers: () => demandConnection(loss.connection) }
  let overdue: InvalidInputError | undefined
  const demandAnswers = () => {
    if (overdue) throw overdue
  }
  const expire = (name: string) => {
    overdue = new InvalidInputError(`laws: expected the promise of '${name}' to settle within ${seconds} s`)
    return overdue
  }
  const timed =
    (name: string, part: (...values: never[]) => unknown) =>
    (...values: never[]) => {
      demandAnswers()
      const answer = part.apply(loss, values)
      return answer instanceof Promise ? settled(answer, seconds, () => expire(name)) : answer
    }
  const parts = Object.entries(loss).map(([name, part]) => [
    name,
    typeof part === 'function' ? timed(name, part) : part,
  ])
  return { loss: Object.fromEntries(parts), demandAnswers }
}

function demandConnection(connection: LossConnection | undefined): void {
  const failure = connection?.failure()
  if (failure) throw failure
}

async function settled<T>(promise: Promise<T>, seconds: number, expire: () => Error): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(expire()), 1000 * seconds)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
