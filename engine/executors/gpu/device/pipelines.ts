import { RecentlyUsed } from '../../../../base/recentlyUsed.ts'
import { type GpuDevice, visibleToCompute } from './webgpu.ts'

/** The storage buffers that WebGPU guarantees a kernel. */
export const mostBindings = 8

/** A compiled launch. */
export interface Pipeline {
  readonly pipeline: object
  readonly layout: object
}

/** The most pipelines that are kept. */
const capacity = 4096

/** Compiles launches. Equal code is compiled once. */
export class Pipelines {
  readonly #device: GpuDevice
  readonly #known = new RecentlyUsed<string, Promise<Pipeline>>(capacity)
  /** The layouts for each number of storage buffers. */
  readonly #layouts: { readonly bindGroup: object; readonly pipeline: object }[] = []

  constructor(device: GpuDevice) {
    this.#device = device
  }

  /** Returns the pipeline of some WGSL with parameters at binding 0 and this many arrays at the following ones. */
  get(code: string, arrays: number): Promise<Pipeline> {
    let pipeline = this.#known.get(code)
    if (pipeline === undefined) {
      this.#known.set(code, (pipeline = this.#compiled(code, arrays)))
      pipeline.catch(() => this.#known.delete(code))
    }
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
