import { type GpuDevice, visibleToCompute } from './webgpu.ts'

/** The storage buffers that WebGPU guarantees a kernel. */
export const mostBindings = 8

/** A compiled launch. */
export interface Pipeline {
  readonly pipeline: object
  readonly layout: object
}

/** The most pipelines that are kept; the least recently used one goes first. */
const capacity = 4096

/** Compiles launches. Equal code is compiled once. */
export class Pipelines {
  readonly #device: GpuDevice
  readonly #known = new Map<string, Promise<Pipeline>>()
  /** The layouts for each number of storage buffers. */
  readonly #layouts: { readonly bindGroup: object; readonly pipeline: object }[] = []

  constructor(device: GpuDevice) {
    this.#device = device
  }

  /** Returns the pipeline of some WGSL with parameters at binding 0 and this many arrays at the following ones. */
  get(code: string, arrays: number): Promise<Pipeline> {
    const pipeline = this.#known.get(code) ?? this.#compiled(code, arrays)
    this.#known.delete(code)
    this.#known.set(code, pipeline)
    pipeline.catch(() => this.#known.delete(code))
    if (this.#known.size > capacity) this.#known.delete(this.#known.keys().next().value!)
    return pipeline
  }

  async #compiled(code: string, arrays: number): Promise<Pipeline> {
    const { bindGroup, pipeline: layout } = (this.#layouts[arrays] ??= this.#layout(arrays))
    const module = this.#device.createShaderModule({ code })
    const compute = { module, entryPoint: 'main' }
    return {
      pipeline: await this.#device.createComputePipelineAsync({ layout, compute }),
      layout: bindGroup,
    }
  }

  #layout(arrays: number) {
    const types = ['uniform', ...Array.from({ length: arrays }, () => 'storage')]
    const entries = types.map((type, binding) => ({
      binding,
      visibility: visibleToCompute,
      buffer: { type },
    }))
    const bindGroup = this.#device.createBindGroupLayout({ entries })
    return { bindGroup, pipeline: this.#device.createPipelineLayout({ bindGroupLayouts: [bindGroup] }) }
  }
}
