import { afterEach, describe, expect, it, vi } from 'vitest'
import { whyAlone } from '../../engine/executors/wasm/threads/threads.ts'

describe('threads that share memory', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
    vi.restoreAllMocks()
  })

  it('should be had in Node', () => {
    expect(whyAlone()).toBeUndefined()
  })

  it('should say which headers a page lacks', () => {
    vi.stubGlobal('SharedArrayBuffer', undefined)
    expect(whyAlone()).toBe(
      'the page is not cross-origin isolated: it must be served with the headers ' +
        '`Cross-Origin-Opener-Policy: same-origin` and `Cross-Origin-Embedder-Policy: require-corp`',
    )
  })

  it("should send a computation away from a page's own thread", () => {
    vi.spyOn(Atomics, 'wait').mockImplementation(() => {
      throw new TypeError('Atomics.wait cannot be called in this context')
    })
    expect(whyAlone()).toBe("a page's main thread may not block: compute in a worker of the page")
  })
})
