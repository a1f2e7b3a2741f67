import { afterEach, describe, expect, it, vi } from 'vitest'
import { probeAdapter } from '../../engine/executors/gpu/probe.ts'

/** The URL of a package whose `create` has this body. */
function packageWith(body: string): string {
  return `data:text/javascript,${encodeURIComponent(`export const create = () => { ${body} }`)}`
}

describe('the probe for a GPU', () => {
  it('should describe the adapter', async () => {
    const info = {
      vendor: 'v',
      architecture: 'a',
      device: 'd',
      description: 'a GPU',
      isFallbackAdapter: false,
    }
    const url = packageWith(`return { requestAdapter: async () => ({ info: ${JSON.stringify(info)} }) }`)
    expect(await probeAdapter(url)).toEqual({ info })
  })

  it('should say that there is none, whatever is written on stderr', async () => {
    const url = packageWith(`console.error('Warning'); return { requestAdapter: async () => null }`)
    expect(await probeAdapter(url)).toEqual({ info: null })
  })

  it('should survive a driver that crashes, and a package that cannot be loaded', async () => {
    const crash = { failure: 'its driver crashes or hangs' }
    expect(await probeAdapter(packageWith(`process.kill(process.pid, 'SIGSEGV')`))).toEqual(crash)
    expect(await probeAdapter(packageWith('process.abort()'))).toEqual(crash)
    const failure = { failure: 'no symbol' }
    expect(await probeAdapter(packageWith(`throw new Error('no symbol')`))).toEqual(failure)
  })
})

describe('a page without a GPU', () => {
  afterEach(() => vi.unstubAllGlobals())

  it('should not be told to install packages of Linux', async () => {
    vi.stubGlobal('navigator', { gpu: { requestAdapter: async () => null } })
    vi.resetModules()
    const { findAdapter } = await import('../../engine/executors/gpu/adapter.ts')
    await expect(findAdapter()).rejects.toThrow(
      'gpu: WebGPU finds no GPU: this browser does not support the one of this machine, or its hardware acceleration is off',
    )
  })
})
