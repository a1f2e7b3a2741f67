import { pathToFileURL } from 'node:url'

/** As much of onnxruntime as tests need. */
export interface Runtime {
  readonly InferenceSession: { create(model: Uint8Array): Promise<Session> }
  readonly Tensor: new (type: 'float32', data: Float32Array, shape: readonly number[]) => unknown
}

interface Session {
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  run(
    inputs: Record<string, unknown>,
  ): Promise<Record<string, { data: Float32Array; dims: readonly number[] }>>
}

/**
 * onnxruntime-node, where it is installed: it is too large to come along. THERMOGRAD_ONNXRUNTIME names the folder of an
 * installation elsewhere.
 */
export async function findRuntime(): Promise<Runtime | undefined> {
  const elsewhere = process.env.THERMOGRAD_ONNXRUNTIME
  const module = elsewhere ? pathToFileURL(`${elsewhere}/dist/index.js`).href : 'onnxruntime-node'
  try {
    const { default: runtime } = (await import(/* @vite-ignore */ module)) as { default: Runtime }
    return runtime
  } catch {
    console.log(
      'Not run: ONNX files in onnxruntime, which is not installed (npm install --no-save onnxruntime-node, or THERMOGRAD_ONNXRUNTIME)',
    )
    return undefined
  }
}
