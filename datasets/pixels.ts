/**
 * Allocates pixels, in shared memory if available, so another thread can prepare batches from them: see `prefetch`.
 */
export function allocatePixels(length: number): Uint8Array {
  return typeof SharedArrayBuffer === 'undefined'
    ? new Uint8Array(length)
    : new Uint8Array(new SharedArrayBuffer(length))
}

/** Whether another thread can see these pixels without a copy. */
export function areShared({ buffer }: Uint8Array): boolean {
  return typeof SharedArrayBuffer !== 'undefined' && buffer instanceof SharedArrayBuffer
}
