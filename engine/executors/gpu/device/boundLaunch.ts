import { joinedCode, type LaunchCode, launchNumbers, singleCode } from './launchCode.ts'
import { loopPart, type PartCode, translatedPart } from './partCode.ts'
import { mostBindings, type Pipeline, type Pipelines } from './pipelines.ts'
import type { Launch, Part } from './plan.ts'
import type { Region } from './regions.ts'
import type { Translator } from './translation.ts'
import { type ComputePass, type GpuBuffer, type GpuDevice, usage } from './webgpu.ts'

/** What launches need of the device. */
export interface LaunchContext {
  readonly device: GpuDevice
  readonly pipelines: Pipelines
  readonly translator: Translator
  /** A buffer of the numbers that every launch has as parameters. */
  readonly numbers: GpuBuffer
}

/** A binding of a buffer, or of a region of it. */
interface Binding {
  readonly buffer: GpuBuffer
  readonly offset?: number
  readonly size?: number
}

/**
 * A launch that is bound to the regions of its values: its bind group is made once, and again only when a region is another
 * one. A kernel alone binds the regions of its values, so that equal kernels share their code; several kernels bind the
 * buffers that their values are in, and have the places of values as parameters.
 */
export class BoundLaunch {
  readonly launch: Launch
  readonly #context: LaunchContext
  /** The values of the arrays of its parts. */
  readonly #values: readonly (readonly number[])[]
  #regions: readonly Region[] = []
  /** Kernels whose values are in more buffers than a launch binds, divided. */
  #divided: readonly BoundLaunch[] | undefined
  #parameters: GpuBuffer | undefined
  #pipeline: Pipeline | undefined
  #groups: LaunchCode['groups'] = [0, 0, 0]
  #bindGroup: object | undefined

  constructor(launch: Launch, context: LaunchContext) {
    this.launch = launch
    this.#context = context
    this.#values = launch.map(valuesOf)
  }

  /** Binds the launch to these regions, unless it is. */
  async bind(regionOf: (value: number) => Region): Promise<void> {
    const regions = this.#values.flat().map(regionOf)
    if (regions.every((region, i) => region === this.#regions[i])) return
    const buffers = [...new Set(regions.map(({ buffer }) => buffer))]
    if (this.launch.length === 1 && regions.length <= mostBindings) await this.#bindRegions(regions)
    else if (buffers.length <= mostBindings) await this.#bindBuffers(regions, buffers)
    else await this.#divide(regionOf)
    this.#regions = regions
  }

  encode(pass: ComputePass): void {
    if (this.#divided !== undefined) {
      for (const part of this.#divided) part.encode(pass)
      return
    }
    pass.setPipeline(this.#pipeline!.pipeline)
    pass.setBindGroup(0, this.#bindGroup!)
    pass.dispatchWorkgroups(...this.#groups)
  }

  async #bindRegions(regions: readonly Region[]): Promise<void> {
    const [{ source }] = this.launch
    const shader = 'shader' in source ? source.shader : undefined
    const code = shader ?? singleCode(this.#partCodes()[0])
    await this.#bindTo(
      // Regions of one buffer are bound to read and write, as a launch may not have a buffer for reading only that it writes.
      { ...code, code: code.code.replaceAll('<storage, read>', '<storage, read_write>') },
      this.#context.numbers,
      regions.map(({ buffer, offset, bytes }) => ({ buffer, offset, size: bytes })),
    )
  }

  async #bindBuffers(regions: readonly Region[], buffers: readonly GpuBuffer[]): Promise<void> {
    let first = 0
    const regionsOf = this.#values.map((values) => regions.slice(first, (first += values.length)))
    const buffersOf = regionsOf.map((own) => own.map(({ buffer }) => buffers.indexOf(buffer)))
    const parts = this.#partCodes()
    const code = joinedCode(parts, buffersOf, buffers.length)
    const table = code.entries.flatMap(({ part, start }) => {
      return [start, parts[part].count, ...regionsOf[part].map(({ offset }) => offset / 4)]
    })
    const size = 4 * (launchNumbers.length + 4 * Math.ceil(table.length / 4))
    this.#parameters ??= this.#context.device.createBuffer({
      size,
      usage: usage.uniform | usage.copyDestination,
    })
    const parameters = new ArrayBuffer(size)
    new Float32Array(parameters).set(launchNumbers)
    new Int32Array(parameters).set(table, launchNumbers.length)
    this.#context.device.queue.writeBuffer(this.#parameters, 0, new Uint8Array(parameters))
    const isBound =
      this.#bindGroup !== undefined && regions.every(({ buffer }, i) => buffer === this.#regions[i]?.buffer)
    if (!isBound) {
      await this.#bindTo(
        code,
        this.#parameters,
        buffers.map((buffer) => ({ buffer })),
      )
    }
  }

  async #bindTo(
    { code, groups }: LaunchCode,
    parameters: GpuBuffer,
    bindings: readonly Binding[],
  ): Promise<void> {
    const { device, pipelines } = this.#context
    this.#divided = undefined
    this.#groups = groups
    this.#pipeline = await pipelines.get(code, bindings.length)
    this.#bindGroup = device.createBindGroup({
      layout: this.#pipeline.layout,
      entries: [{ buffer: parameters }, ...bindings].map((resource, binding) => ({ binding, resource })),
    })
  }

  async #divide(regionOf: (value: number) => Region): Promise<void> {
    const { launch } = this
    if (launch.length === 1) {
      throw new Error(`gpu: a kernel reads values in more buffers than WebGPU binds, ${mostBindings}`)
    }
    const middle = launch.length >>> 1
    this.#divided = [launch.slice(0, middle), launch.slice(middle)].map(
      (half) => new BoundLaunch(half, this.#context),
    )
    await Promise.all(this.#divided.map((half) => half.bind(regionOf)))
  }

  #partCodes(): PartCode[] {
    return this.launch.map((part) => codeOf(part, this.#context.translator))
  }
}

function valuesOf({ source, results }: Part): readonly number[] {
  return 'write' in source ? source.values : [...source.values, ...results]
}

function codeOf({ source, results }: Part, translator: Translator): PartCode {
  return 'write' in source ? loopPart(source, translator) : translatedPart(source, results[0], translator)
}
