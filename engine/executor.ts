import type { HostArray } from './dtype.ts'
import type { Storage } from './node.ts'
import type { Graph } from './plan/graph.ts'

/** The value of an input of a program's graph: elements on the host, or in this executor's memory. */
export type Argument = HostArray | Storage

/** The value of an output, according to its destination; undefined for one that overwrote an input. */
export type Result = HostArray | Storage | undefined

/** The size of a program. */
export interface ProgramSize {
  readonly kernels: number
  /** How many of them run only after a variable that they depend on has changed. */
  readonly invariantKernels: number
  /** Bytes of the arena for intermediate values. */
  readonly arenaBytes: number
  /** Bytes of the results of those kernels, which stay in memory between runs. */
  readonly invariantBytes: number
}

/** A compiled graph. */
export interface Program {
  readonly size: ProgramSize
  run(inputs: readonly Argument[]): Promise<Result[]>
}

/** Limits of an executor's numbers, due to its hardware. */
export interface NumberLimits {
  /** Bits of an int32 that are exact, not counting the sign. */
  readonly integerBits: number
  /** Whether subnormal float32 numbers exist; otherwise they are flushed to zero. */
  readonly subnormals: boolean
  /** The largest angle in radians; sines and cosines of larger ones are NaN. */
  readonly largestAngle: number
}

/** An engine that compiles and runs graphs. */
export interface Executor {
  readonly name: string
  /** The modes in effect, by name: threads, instructions, methods. */
  readonly modes: { readonly [name: string]: unknown }
  /** Limits of its numbers; without them, numbers are what their types promise. */
  readonly limits?: NumberLimits
  /** Throws `InvalidInputError` for a graph that this executor cannot compute. */
  compile(graph: Graph): Promise<Program>
  /** Copies elements into this executor's memory. */
  upload(data: HostArray): Promise<Storage>
  /** Copies elements out of this executor's memory. */
  read(storage: Storage): Promise<HostArray>
}
