import { type FunctionName, operandsOf } from './functions.ts'
import { type KernelSource, KernelWriter } from './writer.ts'

/** Returns a kernel that calls these functions, for their translation. */
export function libraryOf(names: Iterable<FunctionName>): KernelSource {
  const writer = new KernelWriter({ vectors: true, rounds: false, shaders: true })
  const x = writer.constant(writer.load({ value: 0 }, '0'))
  const calls = [...names].sort().map((name) => writer.call(name, ...operandsOf(name).map(() => x)))
  return writer.finish('library', [1], [[x, ...calls].join('+')])
}
