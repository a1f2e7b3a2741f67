import type { DeviceContext, KernelFactory } from '../gpujs.ts'
import type { KernelSource } from '../kernels/writer.ts'
import { BoundLaunch } from './boundLaunch.ts'
import { DeviceMemory } from './memory.ts'

/** (a + 1) · 2 */
const source: KernelSource = {
  name: 'probe',
  source: 'function(a0,zero){const c=this.thread.x;return doubleOf(a0[(c|0)+0]+1)+zero;}',
  functions: ['function doubleOf(x){return 2*x;}'],
  threads: [3],
  width: 1,
  values: [0],
  numbers: [0],
}

/** Returns whether GPU.js shows its translation of kernels in the form that launches are made of. */
export async function translates({ device }: DeviceContext, factory: KernelFactory): Promise<boolean> {
  try {
    const memory = new DeviceMemory(device, factory)
    const regions = [0, 1, 2].map(() => memory.slabs.allocate(3))
    const parts = [1, 2].map((result) => ({ source, reads: [0], results: [result], size: 3, joins: true }))
    const launches = [parts, parts.slice(0, 1)].map((launch) => new BoundLaunch(launch, memory))
    for (const launch of launches) await launch.bind((value) => regions[value])
    await memory.run(launches, () => memory.write(regions[0], Float32Array.of(3, 5, 7)))
    const results = await Promise.all([1, 2].map((value) => memory.read(regions[value], 3)))
    for (const { buffer } of regions) buffer.destroy()
    return results.join() === '8,12,16,8,12,16'
  } catch {
    return false
  }
}
