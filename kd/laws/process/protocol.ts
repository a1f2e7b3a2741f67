import type { LossPart } from '../loss.ts'

/** The name and the version of the protocol, which a process says in its first line. */
export const protocol = { name: 'thermograd-laws', version: 1 } as const

/** One call of a part of the loss. */
export interface Call {
  readonly part: LossPart
  readonly arguments: readonly unknown[]
}

const named = ['NaN', 'Infinity', '-Infinity']

/** Writes a message as one line of JSON, with NaN, Infinity and −Infinity as strings. */
export function writeLine(message: unknown): string {
  const text = JSON.stringify(message, (_, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value,
  )
  return `${text}\n`
}

/**
 * Reads a line of JSON. Numbers that JSON lacks may be strings, or bare, as Python's `json.dumps` writes them. Throws
 * `SyntaxError` for anything else.
 */
export function readLine(line: string): unknown {
  const quoted = line.replaceAll(/"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g, (token) =>
    named.includes(token) ? `"${token}"` : token,
  )
  return JSON.parse(quoted, (_, value: unknown) =>
    typeof value === 'string' && named.includes(value) ? Number(value) : value,
  )
}
