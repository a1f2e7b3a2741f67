import type { HostArray } from './dtype.ts'
import type { Storage } from './node.ts'
import type { Graph } from './plan/graph.ts'

/** What a program is given for each input of its graph: elements on the host, or in this executor's memory. */
export type Argument = HostArray | Storage

/** What a program gives for each output: as its destination says; nothing for one that overwrote an input. */
export type Result = HostArray | Storage | undefined

/** How large a program is. */
export interface ProgramSize {
  readonly kernels: number
  /** Of the memory in which a run keeps what it computes on the way. */
  readonly arenaBytes: number
}

/** A graph made ready to run as often as wanted. */
export interface Program {
  readonly size: ProgramSize
  run(inputs: readonly Argument[]): Promise<Result[]>
}

/** What an executor's hardware makes of numbers. */
export interface NumberLimits {
  /** How many bits of an int32 are exact, the sign aside. */
  readonly integerBits: number
  /** Whether there are float32 between 0 and 2⁻¹²⁶; else they count as 0. */
  readonly subnormals: boolean
  /** Beyond this many radians, sines and cosines are NaN. */
  readonly largestAngle: number
}

/** Something that computes graphs. */
export interface Executor {
  readonly name: string
  /** What is in force in this executor, by name: threads, instructions, methods. */
  readonly modes: { readonly [name: string]: unknown }
  /** Where its numbers are less than their types promise. */
  readonly limits?: NumberLimits
  /** Throws `InvalidInputError` for a graph that this executor cannot compute. */
  compile(graph: Graph): Promise<Program>
  /** Copies elements into this executor's memory. */
  upload(data: HostArray): Promise<Storage>
  /** Copies elements out of this executor's memory. */
  read(storage: Storage): Promise<HostArray>
}
