import { type Handle, type KernelFactory, replaceShader } from './gpujs.ts'

/** Adds 1 where GPU.js's kernel adds nothing. */
const code = `
@group(0) @binding(1) var<storage, read> a0 : array<f32>;
@group(0) @binding(2) var<storage, read_write> result : array<f32>;
@compute @workgroup_size(2)
fn main(@builtin(global_invocation_id) thread : vec3u) {
  result[thread.x] = a0[thread.x] + 1;
}`

/** Returns whether kernels on WebGPU run with shaders of their own: whether GPU.js still has the fields for it. */
export async function takesShaders(factory: KernelFactory): Promise<boolean> {
  const settings = { output: [4], loopMaxIterations: 1, pipeline: true, immutable: true } as const
  const kernel = factory.createKernel('function(a0){return a0[this.thread.x];}', settings)
  replaceShader(kernel, { code, groups: [2, 1, 1] })
  try {
    const result = (await kernel(Float32Array.of(3, 5, 7, 9))) as Handle
    const elements = await result.toArray()
    result.delete()
    return elements.join() === '4,6,8,10'
  } catch {
    return false
  } finally {
    kernel.destroy()
  }
}
