import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { acquireAdapter } from '../../engine/executors/gpu/adapter.ts'
import type { Watcher } from '../../engine/executors/gpu/device/memory.ts'
import { translates } from '../../engine/executors/gpu/device/probe.ts'
import { type KernelFactory, loadGpuJs } from '../../engine/executors/gpu/gpujs.ts'
import { openWebGpu } from '../../engine/executors/gpu/index.ts'
import { takesShaders } from '../../engine/executors/gpu/shaderProbe.ts'
import { type Executor, matmul, permute, tensor } from '../../engine/index.ts'
import { byDefinition, type Case, cases, computed, plain, withNumbers } from '../engine/convolutionCases.ts'
import { reference } from '../engine/numbers.ts'
import { modes } from './modes.ts'

const runs = { numRuns: 16 }
const hasWebGpu = modes.some(({ mode }) => mode === 'webgpu')

/** The names of the kernels that ran, and whether they had shaders of their own. */
const ran = new Map<string, boolean>()

const note: Watcher = async (kernels, submit) => {
  for (const { name, shader } of kernels) ran.set(name, shader !== undefined)
  submit()
}

/** Kernels that do not take another value for a field, as if GPU.js had renamed it. */
const without = (factory: KernelFactory, field: 'assembleWGSL' | '_computeDispatch'): KernelFactory => ({
  createKernel: (source, settings) => {
    const compiled = factory.createKernel(source, settings)
    const own = compiled.kernel[field]
    Object.defineProperty(compiled.kernel, field, { get: () => own, set: () => undefined })
    return compiled
  },
})

/** Kernels without a field. */
const hiding = (factory: KernelFactory, field: 'translatedBody' | 'translatedFunctions'): KernelFactory => ({
  createKernel: (source, settings) => {
    const compiled = factory.createKernel(source, settings)
    Object.defineProperty(compiled.kernel, field, { get: () => undefined, set: () => undefined })
    return compiled
  },
})

const small = (length: number) => fc.constantFrom(...Array.from({ length }, (_, i) => i + 1))
const length = fc.oneof(small(9), fc.constantFrom(16, 63, 64, 65, 70, 130))
const finite = (values: Float32Array) => values.map((value) => (Number.isFinite(value) ? value : 3))
type Floats = Float32Array<ArrayBuffer>

/** A tap of the padding is infinite, and the gradient of what it sees. */
const infiniteTap: [Case, Floats, Floats, Floats] = [
  {
    ...{ count: 1, groups: 1, channels: 1, filters: 1, size: [1, 2], kernel: [3, 3] },
    ...{ stride: [1, 1], padding: [1, 1], dilation: [1, 1] },
  },
  Float32Array.of(3, 4),
  Float32Array.of(Infinity, 0, 0, Infinity, 1, 2, 0, 0, 0),
  Float32Array.of(1, Infinity),
]
const channelsLast = [0, 2, 3, 1]

describe.skipIf(!hasWebGpu)('the shaders of products and convolutions', async () => {
  const opened = async (shaders: boolean) => (await openWebGpu({ watch: note, shaders })).executor
  const executors = hasWebGpu ? { shaders: await opened(true), "GPU.js's form": await opened(false) } : {}

  describe.each(Object.entries<Executor>(executors))('as %s', (form, executor) => {
    it('should multiply matrices of any shape and layout', () =>
      fc.assert(
        fc.asyncProperty(
          fc.tuple(small(3), length, length, length),
          fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
          fc.constantFrom('float32' as const, 'int32' as const),
          async ([batch, rows, depth, columns], [turnsA, turnsB, sharesB], dtype) => {
            const factor = (shape: readonly number[], isTurned: boolean) => {
              const stored = isTurned ? [shape[0], shape[2], shape[1]] : shape
              const size = stored.reduce((product, axis) => product * axis)
              // Integers this small are exact in float32, in any order of summation.
              const elements = Int32Array.from({ length: size }, (_, i) => ((i * 37 + size) % 17) - 8)
              const x = tensor(elements, { shape: stored }).cast(dtype)
              return isTurned ? permute(x, [0, 2, 1]) : x
            }
            const a = factor([batch, rows, depth], turnsA)
            const b = factor([sharesB ? 1 : batch, depth, columns], turnsB)
            const product = matmul(a, b)
            const wanted = await product.data({ executor: reference })
            expect(plain(await matmul(a, b).data({ executor }))).toEqual(plain(wanted))
            expect(ran.get('matmul')).toBe(form === 'shaders')
          },
        ),
        runs,
      ))

    it('should convolve maps of any shape and layout, and shaders ∞ and NaN, too', () =>
      fc.assert(
        fc.asyncProperty(
          withNumbers(cases),
          fc.constantFrom(undefined, channelsLast),
          async ([drawn, ...drawnNumbers], order) => {
            const isOwn = form === 'shaders'
            // Compilers fold the products of the zeros that GPU.js's form has for padding.
            const [x, weight, cotangent] = drawnNumbers.map((values) => (isOwn ? values : finite(values)))
            const wanted = byDefinition(drawn, x, weight, cotangent)
            const got = await computed(executor, drawn, x, weight, cotangent, order)
            for (const [i, values] of got.entries()) {
              expect(plain(values), `result ${i}`).toEqual(plain(wanted[i]))
            }
            expect(ran.get('conv2d')).toBe(isOwn)
            expect(ran.get('conv2dInputGradient')).toBe(isOwn)
            expect(ran.get('conv2dWeightGradient')).toBe(isOwn)
          },
        ),
        { ...runs, examples: [[infiniteTap, undefined]] },
      ))
  })

  it('should give the same results where GPU.js runs kernels one at a time', async () => {
    const { executor } = await openWebGpu({ wholePlans: false })
    const a = tensor(
      Float32Array.from({ length: 35 }, (_, i) => Math.sin(i)),
      { shape: [5, 7] },
    )
    const b = tensor(
      Float32Array.from({ length: 21 }, (_, i) => Math.cos(i)),
      { shape: [7, 3] },
    )
    const wanted = await matmul(a, b).exp().sum(0).data({ executor: reference })
    const got = await matmul(a, b).exp().sum(0).data({ executor })
    for (const [i, value] of got.entries()) expect(value).toBeCloseTo(wanted[i], 5)
  })

  it('should be taken by this version of GPU.js, and not by one without its fields', async () => {
    const { GPU } = await loadGpuJs()
    const factory = new GPU({ mode: 'webgpu' })
    expect(await takesShaders(factory)).toBe(true)
    expect(await takesShaders(without(factory, 'assembleWGSL'))).toBe(false)
    expect(await takesShaders(without(factory, '_computeDispatch'))).toBe(false)
  })

  it('should have launches with this version of GPU.js, and not with one without its fields', async () => {
    const { gpuJs, context } = await acquireAdapter()
    const factory = new gpuJs.GPU({ mode: 'webgpu' })
    expect(await translates(context, factory)).toBe(true)
    for (const field of ['translatedBody', 'translatedFunctions'] as const) {
      expect(await translates(context, hiding(factory, field)), field).toBe(false)
    }
  })
})
