import { RecentlyUsed } from '../base/recentlyUsed.ts'
import type { Executor, Program } from './executor.ts'
import { graphOf, type Recording } from './plan/graph.ts'
import { hashOf, signatureOf } from './plan/signature.ts'

interface Entry {
  readonly signature: Int32Array
  readonly program: Promise<Program>
}

/** The most programs cached for an executor. */
const capacity = 128

/** The programs of each executor, by the hash of their signature. */
const caches = new WeakMap<Executor, RecentlyUsed<number, Entry>>()

/** Returns the program of a recorded graph on an executor, compiled at its first use. A training step is compiled once. */
export function programFor(executor: Executor, recording: Recording): Promise<Program> {
  const signature = signatureOf(recording)
  let key = hashOf(signature)
  const cache = cacheOf(executor)
  // Graphs with colliding hashes use the next free key.
  for (let entry = cache.get(key); entry !== undefined; entry = cache.get(++key)) {
    if (equalRows(entry.signature, signature)) return entry.program
  }
  const program = executor.compile(graphOf(recording))
  cache.set(key, { signature, program })
  program.catch(() => cache.delete(key))
  return program
}

function cacheOf(executor: Executor): RecentlyUsed<number, Entry> {
  let cache = caches.get(executor)
  if (cache === undefined) caches.set(executor, (cache = new RecentlyUsed(capacity)))
  return cache
}

function equalRows(a: Int32Array, b: Int32Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
