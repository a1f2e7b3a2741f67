// The page: a worker for each contestant, which takes steps when asked to.

const workers = new Map()

/** Sends a request to a contestant, and returns its answer. */
globalThis.ask = (name, request) => {
  if (!workers.has(name)) {
    workers.set(name, new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }))
  }
  const worker = workers.get(name)
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data: { error, ...answer } }) =>
      error ? reject(new Error(error)) : resolve(answer)
    worker.onerror = ({ message }) => reject(new Error(message || `${name} cannot be loaded`))
    worker.postMessage({ name, ...request })
  })
}
