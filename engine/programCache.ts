import type { Executor, Program } from './executor.ts'
import { graphOf, type Recording } from './plan/graph.ts'
import { hashOf, signatureOf } from './plan/signature.ts'

interface Entry {
  readonly signature: Int32Array
  readonly program: Promise<Program>
}

/** The most programs cached for an executor; the least recently used one is evicted first. */
const capacity = 128

/** The programs of each executor, in order of their last use. */
const caches = new WeakMap<Executor, Map<number, Entry>>()

/** Returns the program of a recorded graph on an executor, compiled at its first use. A training step is compiled once. */
export function programFor(executor: Executor, recording: Recording): Promise<Program> {
  const signature = signatureOf(recording)
  let key = hashOf(signature)
  const cache = cacheOf(executor)
  // Graphs with colliding hashes use the next free key.
  for (let entry = cache.get(key); entry !== undefined; entry = cache.get(++key)) {
    if (!equalRows(entry.signature, signature)) continue
    cache.delete(key)
    cache.set(key, entry)
    return entry.program
  }
  const program = executor.compile(graphOf(recording))
  cache.set(key, { signature, program })
  program.catch(() => cache.delete(key))
  if (cache.size > capacity) cache.delete(cache.keys().next().value!)
  return program
}

function cacheOf(executor: Executor): Map<number, Entry> {
  let cache = caches.get(executor)
  if (cache === undefined) caches.set(executor, (cache = new Map()))
  return cache
}

function equalRows(a: Int32Array, b: Int32Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
