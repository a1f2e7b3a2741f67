import type { Program } from '../../../executor.ts'
import type { Graph } from '../../../plan/graph.ts'
import { refuseFloat64 } from '../../float32.ts'
import type { Backend, Block } from '../backend.ts'
import type { DeviceContext, KernelFactory } from '../gpujs.ts'
import type { Target } from '../kernels/writer.ts'
import type { GpuMemory } from '../storage.ts'
import { DeviceMemory, type Watcher } from './memory.ts'
import { planForDevice } from './plan.ts'
import { DeviceProgram } from './program.ts'
import type { Region } from './regions.ts'

/** WebGPU with whole plans at a time. A block is a region of a buffer; a variable keeps its region. */
export class DeviceBackend implements Backend {
  readonly mode = 'webgpu'
  readonly #target: Target
  readonly #memory: DeviceMemory

  constructor({ device }: DeviceContext, factory: KernelFactory, shaders: boolean, watch?: Watcher) {
    this.#target = { vectors: true, rounds: false, shaders }
    this.#memory = new DeviceMemory(device, factory, watch)
  }

  compile(graph: Graph, memory: GpuMemory): Program {
    refuseFloat64('gpu', graph)
    return new DeviceProgram(graph, planForDevice(graph, this.#target), memory, this.#memory)
  }

  upload(elements: Float32Array): Block {
    this.#memory.demandDevice()
    const region = this.#memory.slabs.allocate(elements.length)
    this.#memory.write(region, elements)
    return region
  }

  read(block: Block, length: number): Promise<Float32Array> {
    return this.#memory.read(block as Region, length)
  }

  release(block: Block): void {
    this.#memory.slabs.release(block as Region)
  }
}
