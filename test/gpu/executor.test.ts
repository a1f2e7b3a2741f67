import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Key, threefry2x32 } from '../../base/random.ts'
import { acquireAdapter } from '../../engine/executors/gpu/adapter.ts'
import { type Handle, loadGpuJs } from '../../engine/executors/gpu/gpujs.ts'
import { KernelCache } from '../../engine/executors/gpu/kernelCache.ts'
import { loopSource } from '../../engine/executors/gpu/kernels/loop.ts'
import {
  add,
  concatenate,
  grad,
  openExecutor,
  randomBits,
  realizeOn,
  slice,
  type Tensor,
  tensor,
  variable,
} from '../../engine/index.ts'
import { modes } from './modes.ts'

/** A kernel that counts its threads. */
const counting = loopSource(
  {
    kind: 'loop',
    shape: [4],
    order: [0],
    body: [{ name: 'iota', axis: 0, dtype: 'int32' }],
    stores: [{ register: 0, view: { value: 0, shape: [4], strides: [1], offset: 0 } }],
    folds: [],
  },
  { vectors: false, rounds: false, shaders: false },
)

describe.each(modes)('the $name', ({ mode, executor }) => {
  it('should really run in that mode', async () => {
    const { GPU } = await loadGpuJs()
    const cache = new KernelCache(new GPU({ mode }), mode)
    const kernel = cache.get(counting)
    const result = await kernel()
    if (mode === 'webgpu') (result as Handle).delete()
    expect(kernel.kernel.constructor.mode).toBe(mode)
    expect(kernel.kernel.fallbackReason).toBeNull()
    expect(() => cache.check(kernel)).not.toThrow()
    expect(executor.modes.mode).toBe(mode)
  })

  it('should give the random bits of the host for any key', async () => {
    const keys: Key[] = [
      [0, 0],
      [1, -1],
      [0x80000000, 0x7fffffff],
      [0xdeadbeef, 0x12345678],
    ]
    for (const key of keys) {
      const wanted = Array.from({ length: 70_000 }, (_, i) => threefry2x32(key, i, 0)[0] >>> 8)
      expect(await randomBits(key, [70_000]).data({ executor })).toEqual(Int32Array.from(wanted))
    }
  })

  it('should refuse an integer that float32 does not hold', async () => {
    const x = tensor(Int32Array.of(3, 2 ** 24 + 1))
    await expect(x.add(1).data({ executor })).rejects.toThrow(
      'gpu: this executor holds int32 exactly only up to 2^24, got 16777217 at 1',
    )
  })

  it('should refuse float64', async () => {
    const x = tensor([0.1], { dtype: 'float64' })
    await expect(x.add(1).data({ executor })).rejects.toThrow('gpu: this executor computes in float32')
  })

  it('should find elements beyond 2^24', async () => {
    const [rows, columns] = [2 ** 18 + 64, 64]
    const numbers = Float32Array.from({ length: rows * columns }, (_, i) => i % 8191)
    const x = tensor(numbers, { shape: [rows, columns] })
    const far = slice(x, [rows - 9, null], [3, 50]).add(1)
    const wanted = Array.from({ length: 9 * 47 }, (_, i) => {
      return numbers[(rows - 9 + Math.floor(i / 47)) * columns + 3 + (i % 47)] + 1
    })
    expect([...(await far.data({ executor }))]).toEqual(wanted)
  })

  it('should compute more elements of several axes than a line of threads divides exactly', async () => {
    const length = 2100
    const numbers = Float32Array.from({ length }, (_, i) => i)
    const table = add(tensor(numbers, { shape: [length, 1] }), tensor(numbers).multiply(0.5))
    const got = await table.data({ executor })
    const wrong = got.findIndex((value, i) => value !== Math.floor(i / length) + (i % length) / 2)
    expect(wrong).toBe(-1)
  })

  it('should read more arrays than a kernel takes', async () => {
    const parts = Array.from({ length: 20 }, (_, i) => tensor(Float32Array.of(i, 2 * i, 3)))
    const product = parts.reduce((sum, part, i) => sum.multiply(0.5).add(part.multiply(i)))
    const reference = (await openExecutor('reference')).executor
    const again = parts.reduce((sum, part, i) => sum.multiply(0.5).add(part.multiply(i)))
    const wanted = await again.data({ executor: reference })
    for (const [i, value] of (await product.data({ executor })).entries()) {
      expect(value).toBeCloseTo(wanted[i], 4)
    }
    const joined = await concatenate(parts).data({ executor })
    expect([...joined]).toEqual(Array.from({ length: 20 }, (_, i) => [i, 2 * i, 3]).flat())
  })

  it('should sum a long axis with small errors', async () => {
    const numbers = Float32Array.from({ length: 2 ** 20 }, (_, i) => 0.1 + (i % 7))
    const wanted = numbers.reduce((sum, value) => sum + value, 0)
    const got = await tensor(numbers).sum().item({ executor })
    expect(Math.abs(got / wanted - 1)).toBeLessThan(1e-5)
  })
})

describe('a mode that GPU.js has left', () => {
  it('should be an error', async () => {
    const { GPU } = await loadGpuJs()
    const cache = new KernelCache(new GPU({ mode: 'cpu' }), 'webasm')
    const kernel = cache.get(counting)
    await kernel()
    expect(() => cache.check(kernel)).toThrow('gpu: a kernel runs in mode cpu instead of webasm')
  })
})

describe('compiled kernels', () => {
  it('should be found again, and go when others were used since', async () => {
    const { GPU } = await loadGpuJs()
    const cache = new KernelCache(new GPU({ mode: 'cpu' }), 'cpu', 2)
    const variants = [4, 5, 6].map((length) => ({ ...counting, threads: [length] }))
    const [first, second] = variants.slice(0, 2).map((variant) => cache.get(variant))
    expect(cache.get(variants[0])).toBe(first)
    cache.get(variants[2])
    expect(cache.get(variants[0])).toBe(first)
    expect(cache.get(variants[1])).not.toBe(second)
  })
})

/** What a fresh process writes that runs a program. */
function runAlone(program: string, environment: Readonly<Record<string, string>> = {}) {
  const options = { cwd: join(import.meta.dirname, '../..'), env: { ...process.env, ...environment } }
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], options)
  return { stdout: String(stdout).trim(), stderr: String(stderr) }
}

/** What a fresh process says of its globals before and after each of these statements. */
function globalsAround(statements: readonly string[]): string[] {
  const program = `
    import { openExecutor } from './engine/index.ts'
    import { findAdapter } from './engine/executors/gpu/adapter.ts'
    const seen = () => console.log('gpu' in navigator, 'GPUDevice' in globalThis)
    seen()
    ${statements.map((statement) => `${statement}; seen()`).join('\n')}
    process.exit()`
  return runAlone(program).stdout.split('\n')
}

const webGpu = modes.find(({ mode }) => mode === 'webgpu')

describe.skipIf(webGpu === undefined)('the globals of WebGPU', () => {
  it('should appear when a GPU is used, and not when one is looked for', () => {
    const looked = 'await findAdapter()'
    const used = "await openExecutor('webgpu')"
    expect(globalsAround([looked, used])).toEqual(['false false', 'false false', 'true true'])
  })
})

describe.skipIf(webGpu === undefined)('a machine without a driver', () => {
  it('should be told so in a sentence, without messages of other software', () => {
    const program = `
      import { openExecutor } from './engine/index.ts'
      console.log((await openExecutor('auto')).reason)
      await openExecutor('webgpu').catch(({ message }) => console.log(message))`
    const missing = 'WebGPU finds no GPU: install its driver and, on Linux, the Vulkan loader (libvulkan1)'
    expect(
      runAlone(program, { VK_DRIVER_FILES: '/missing.json', VK_ICD_FILENAMES: '/missing.json' }),
    ).toEqual({
      stdout: `the fastest on this machine without a GPU; ${missing}\ngpu: ${missing}`,
      stderr: '',
    })
  })
})

describe.skipIf(webGpu === undefined)('a GPU that is lost', () => {
  it('should be reported in a sentence by whatever needs it', () => {
    const program = `
      import { acquireAdapter } from './engine/executors/gpu/adapter.ts'
      import { openExecutor, realizeOn, tensor } from './engine/index.ts'
      const { executor } = await openExecutor('webgpu')
      const complain = ({ name, message }) => console.log(name, message)
      const kept = tensor([1, 2, 3]).add(1)
      await realizeOn(executor, kept)
      const { context } = await acquireAdapter()
      context.device.destroy()
      await kept.add(1).data({ executor }).catch(complain)
      await kept.data({ executor }).catch(complain)
      await realizeOn(executor, kept.multiply(2)).catch(complain)
      await executor.upload(Float32Array.of(1, 2)).catch(complain)
      process.exit()`
    const lines = runAlone(program).stdout.split('\n')
    expect(lines.length).toBe(4)
    for (const line of lines) {
      expect(line).toMatch(
        /^InvalidInputError gpu: the GPU was lost \(.*[^.]\), and with it all that it held; resume a training from its last checkpoint$/,
      )
    }
  })
})

describe.skipIf(webGpu === undefined)('memory on WebGPU', () => {
  it('should hold as many buffers after a step as before it', async () => {
    const { executor } = webGpu!
    const { context } = await acquireAdapter()
    const { device } = context
    const create = device.createBuffer.bind(device)
    let live = 0
    device.createBuffer = (options) => {
      const buffer = create(options)
      const destroy = buffer.destroy.bind(buffer)
      live++
      buffer.destroy = () => {
        live--
        destroy()
      }
      return buffer
    }
    const weight = variable(
      tensor(
        Float32Array.from({ length: 64 }, (_, i) => Math.sin(i)),
        { shape: [8, 8] },
      ),
    )
    const momentum = variable(weight.multiply(0))
    const lossOf = (x: Tensor) => x.matmul(weight).tanh().square().mean()
    const after: number[] = []
    for (let step = 0; step < 40; step++) {
      const loss = lossOf(
        tensor(
          Float32Array.from({ length: 32 }, (_, i) => Math.cos(i + step)),
          { shape: [4, 8] },
        ),
      )
      const [gradient] = grad(loss, [weight])
      momentum.assign(momentum.multiply(0.9).add(gradient))
      weight.assign(weight.subtract(momentum.multiply(0.1)))
      await realizeOn(executor, momentum, weight)
      after.push(live)
    }
    device.createBuffer = create
    expect(new Set(after.slice(2)).size).toBe(1)
  })
})
