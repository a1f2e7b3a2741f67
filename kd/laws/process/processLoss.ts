import { describe, type InvalidInputError } from '../../../base/errors.ts'
import { type Precision, precisions } from '../floats.ts'
import { type LossObject, type LossPart, lossParts } from '../loss.ts'
import { Connection } from './connection.ts'
import { protocol } from './protocol.ts'
import { type ShapeName, shapedLoss } from './shapedLoss.ts'
import { number, numbers, type Reply, rows, temperatures, terms } from './values.ts'

export interface ProcessOptions {
  /** The shape of the arguments, if they are not student logits, teacher logits and labels. */
  readonly shape?: ShapeName | undefined
  /** The time, in seconds, in which each request must be answered. Default 10. */
  readonly timeLimit?: number | undefined
  /** The time, in seconds, in which the process must be ready. Default 60. */
  readonly startLimit?: number | undefined
  /** Receives what the process writes to stderr. Default: written to stderr. */
  readonly stderr?: ((text: string) => void) | undefined
}

/** A loss that a process computes. */
export interface ProcessLoss {
  readonly loss: LossObject
  /** Ends the process. */
  readonly close: () => void
}

/**
 * Starts a command line whose process computes a loss, in any language, and speaks the protocol of JSON lines that the
 * README of this folder documents. Throws `InvalidInputError` if the process does not: it ends, is silent, or writes
 * anything else to stdout. In Node only.
 */
export async function processLoss(
  command: string,
  {
    shape,
    timeLimit = 10,
    startLimit = 60,
    stderr = (text) => {
      process.stderr.write(text)
    },
  }: ProcessOptions = {},
): Promise<ProcessLoss> {
  const connection = new Connection(command, { timeLimit, startLimit, stderr })
  try {
    const { parts, dtype } = readGreeting(connection, await connection.greeting)
    return { loss: lossOver(connection, parts, dtype, shape), close: connection.close }
  } catch (error) {
    connection.close()
    throw error
  }
}

function lossOver(
  connection: Connection,
  parts: readonly LossPart[],
  dtype: LossObject['dtype'],
  shape: ShapeName | undefined,
): LossObject {
  const part =
    <Value>(name: LossPart, read: (reply: Reply) => Value) =>
    async (...given: readonly unknown[]): Promise<Value> =>
      read({ part: name, value: await connection.call({ part: name, arguments: given }), given })
  const over = { failure: () => connection.failure }
  if (shape !== undefined) {
    const gradient = <Value>(read: (reply: Reply) => Value) => part('gradient', read)
    const remote = {
      loss: part('loss', number),
      gradient: parts.includes('gradient') ? gradient : undefined,
      dtype,
    }
    return { ...shapedLoss(shape, remote), connection: over }
  }
  const all: Pick<Required<LossObject>, LossPart> = {
    loss: part('loss', number),
    gradient: part('gradient', rows),
    teacherGradient: part('teacherGradient', rows),
    temperatures: part('temperatures', temperatures),
    perSample: part('perSample', numbers),
    terms: part('terms', terms),
    atEpoch: part('atEpoch', number),
    atTemperature: part('atTemperature', number),
    sharpness: part('sharpness', numbers),
  }
  const offered = Object.entries(all).filter(([name]) => parts.some((known) => known === name))
  return {
    ...Object.fromEntries(offered),
    loss: all.loss,
    ...(dtype && { dtype }),
    connection: over,
  }
}

interface Greeting {
  readonly parts: readonly LossPart[]
  readonly dtype: LossObject['dtype']
}

function readGreeting(connection: Connection, line: unknown): Greeting {
  const refuse = (what: string): InvalidInputError => connection.fail(what)
  if (typeof line !== 'object' || line === null || !('protocol' in line) || line.protocol !== protocol.name)
    throw refuse(
      `does not speak the protocol: expected its first line to be {"protocol": "${protocol.name}", "version": ${protocol.version}, "parts": ["loss"]}, got ${describe(line)}`,
    )
  const { version, parts, dtype }: Partial<Record<string, unknown>> = { ...line }
  if (version !== protocol.version)
    throw refuse(
      `speaks version ${describe(version)} of the protocol, but only version ${protocol.version} is known`,
    )
  const known = lossParts.filter((name) => Array.isArray(parts) && parts.includes(name))
  if (!Array.isArray(parts) || known.length < parts.length || !known.includes('loss'))
    throw refuse(
      `offers the parts ${describe(parts)}: expected 'loss', and any of ${lossParts.slice(1).join(', ')}`,
    )
  if (dtype !== undefined && !isDtype(dtype))
    throw refuse(`says dtype ${describe(dtype)}: expected one of ${precisions.join(', ')}`)
  return { parts: known, dtype }
}

function isDtype(value: unknown): value is Precision {
  return precisions.some((known) => known === value)
}
