import type { Destination, Graph } from '../../../plan/graph.ts'
import { hoistInvariants } from '../../../plan/invariants.ts'
import { type Kernel, valuesRead, valuesWritten } from '../../../plan/kernels.ts'
import { schedule } from '../../../plan/schedule.ts'
import type { ScheduledValue } from '../../../plan/scheduler.ts'
import { denseView, rowMajor, type View } from '../../../plan/view.ts'
import { sizeOf } from '../../../shape.ts'
import { gpuDialect } from '../dialect.ts'
import { keyInputOf } from '../hostKeys.ts'
import type { GpuCall } from '../kernels/calls.ts'
import { sourceOf } from '../kernels/index.ts'
import { type LoopShader, loopShader } from '../kernels/shaders/loop.ts'
import type { KernelSource, Target } from '../kernels/writer.ts'
import { joinTasks, type Task } from './joining.ts'

/** A kernel, and the values that it computes. Loops have shaders of their own; the others are as GPU.js has them. */
export interface Part extends Task {
  readonly source: KernelSource | LoopShader
}

/** Kernels that one dispatch runs. */
export type Launch = readonly Part[]

export interface PlannedOutput {
  readonly value: number
  readonly destination: Destination
  /** The value that stands for the memory that the output is copied to, unless it goes to the host. */
  readonly target: number | undefined
}

/** A graph as launches over numbered values: the graph's inputs first. */
export interface DevicePlan {
  readonly values: readonly ScheduledValue[]
  /** Launches that depend on variables alone, with what they read, and what other launches read of their results. */
  readonly invariant: {
    readonly launches: readonly Launch[]
    readonly inputs: readonly number[]
    readonly results: readonly number[]
  }
  readonly launches: readonly Launch[]
  /** They copy outputs to their targets, after everything has been computed. */
  readonly deliveries: readonly Launch[]
  readonly outputs: readonly PlannedOutput[]
  /** Values that the host computes: the halves of these random keys, which are inputs from the host. */
  readonly keys: readonly { readonly key: View; readonly halves: number }[]
}

/** Plans a graph: its kernels with one result each, joined to few launches. */
export function planForDevice(graph: Graph, target: Target): DevicePlan {
  const { kernels, parts, values: scheduled, outputs } = hoistInvariants(graph, schedule(graph, gpuDialect))
  const values = [...scheduled]
  const keys: { key: View; halves: number }[] = []
  const tasksOf = (some: readonly Kernel<GpuCall>[]) =>
    some.flatMap((kernel): Part[] => {
      const results = valuesWritten(kernel)
      const key = keyInputOf(kernel, graph)
      if (key !== undefined) keys.push({ key, halves: results[0] })
      const isEmpty = results.every((result) => sizeOf(values[result].shape) === 0)
      return key !== undefined || isEmpty ? [] : [partOf(kernel, target)]
    })
  const invariant = tasksOf(parts.flatMap((part) => part.kernels))
  const tasks = tasksOf(kernels)
  const deliveries: Part[] = []
  const copyOf = (value: number, into: Part[]): number => {
    const { shape, dtype } = values[value]
    const copy = values.push({ shape: [sizeOf(shape)], dtype }) - 1
    if (sizeOf(shape) > 0) into.push(partOf(copyKernel(values, value, copy), target))
    return copy
  }
  const planned = outputs.map(({ value, destination }): PlannedOutput => {
    if (destination === 'host') return { value, destination, target: undefined }
    // Deliveries overwrite variables, which may swap their values: such a value is copied before.
    const source = value < graph.inputs.length ? copyOf(value, tasks) : value
    return { value, destination, target: copyOf(source, deliveries) }
  })
  return {
    values,
    invariant: {
      launches: joinTasks(invariant),
      inputs: [...new Set(parts.flatMap(({ inputs }) => inputs))],
      results: parts.flatMap(({ results }) => results),
    },
    launches: joinTasks(tasks),
    deliveries: joinTasks(deliveries),
    outputs: planned,
    keys,
  }
}

function partOf(kernel: Kernel<GpuCall>, target: Target): Part {
  const reads = [...new Set(valuesRead(kernel))]
  const results = valuesWritten(kernel)
  if (kernel.kind === 'loop') {
    return { source: loopShader(kernel), reads, results, size: sizeOf(kernel.shape), joins: true }
  }
  const source = sourceOf(kernel, target)
  const views = kernel.kind === 'call' ? [kernel.output, ...kernel.inputs] : []
  const size = Math.max(...views.map(({ shape }) => sizeOf(shape)))
  return { source, reads, results, size, joins: source.shader === undefined }
}

/** Copies a whole value. */
function copyKernel(values: readonly ScheduledValue[], from: number, to: number): Kernel<GpuCall> {
  const { shape, dtype } = values[to]
  return {
    kind: 'loop',
    shape,
    order: rowMajor(1),
    body: [{ name: 'load', view: denseView(from, shape), dtype }],
    stores: [{ register: 0, view: denseView(to, shape) }],
    folds: [],
  }
}
