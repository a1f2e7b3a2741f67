import type { NdArray } from 'ndarray'
import { anObject, check, checkOptions, type Rule, type Rules } from '../base/arguments.ts'
import { demand } from '../base/errors.ts'
import { setV8Flag } from '../base/v8Flags.ts'
import { currentExecutor, executorRule } from './device.ts'
import { bytesOf, convertHost, type HostArray } from './dtype.ts'
import type { Argument, Executor, ProgramSize, Result } from './executor.ts'
import type { Node, Storage, Value } from './node.ts'
import { checkTensor } from './operations/constants.ts'
import { type Graph, graphOf, record, type Want } from './plan/graph.ts'
import { programFor } from './programCache.ts'
import { format, sizeOf } from './shape.ts'
import { hostView, Tensor } from './tensor.ts'
import { Variable } from './variable.ts'

/** An object with tensors as state: a module, an optimizer. */
export interface Stateful {
  /** Returns every tensor that a training step may change. */
  state(): Iterable<Tensor>
}

export interface ReadOptions {
  /** Default: the current executor, see `useExecutor`. */
  executor?: Executor
}

/**
 * Computes tensors, and the state of modules and optimizers, in one plan, and keeps the results in the executor's memory.
 * Variables take their assigned values. Runs on the current executor.
 */
export async function realize(...items: (Tensor | Stateful)[]): Promise<void> {
  await realizeOn(await currentExecutor(), ...items)
}

/** `realize` on a given executor. */
export async function realizeOn(executor: Executor, ...items: (Tensor | Stateful)[]): Promise<void> {
  check('realizeOn', 'executor', executor, executorRule)
  const { pending, wants } = pendingOf(items)
  const values = await run(executor, wants)
  pending.forEach((tensor, i) => {
    keep(tensor, wants[i].node, values[i])
  })
}

/** The size of a plan. */
export interface PlanSummary extends ProgramSize {
  /** Recorded operations that the requested values need. */
  readonly operations: number
  /** Bytes of weights, momenta and other inputs that stay in the executor's memory between steps. */
  readonly residentBytes: number
}

/** Returns the size of the plan that `realizeOn` would run for these items, without running it. */
export async function planOf(executor: Executor, ...items: (Tensor | Stateful)[]): Promise<PlanSummary> {
  check('planOf', 'executor', executor, executorRule)
  const recording = record(pendingOf(items).wants)
  const { size } = await programFor(executor, recording)
  const resident = recording.inputs.filter((input) => input.resident)
  const residentBytes = resident.reduce((sum, { shape, dtype }) => sum + bytesOf(dtype, sizeOf(shape)), 0)
  return { ...size, operations: recording.pending.length, residentBytes }
}

const tensorOrStateful: Rule = {
  expected: 'a tensor, or a module or optimizer with state()',
  allows: (value) =>
    value instanceof Tensor ||
    (anObject.allows(value) && typeof (value as Partial<Stateful>).state === 'function'),
}

/** Returns the tensors among the items, and in their state, that have not been computed. */
function pendingOf(items: readonly (Tensor | Stateful)[]): { pending: Tensor[]; wants: Want[] } {
  for (const item of items) check('realize', 'each', item, tensorOrStateful)
  const tensors = items.flatMap((item) => ('state' in item ? [...item.state()] : [item]))
  for (const tensor of tensors) if (tensor instanceof Variable) tensor.settle()
  const pending = [...new Set(tensors)].filter(({ node }) => node.value === undefined)
  const wants = pending.map((tensor): Want => {
    const overwrites =
      tensor instanceof Variable && tensor.committed !== tensor.node ? tensor.committed : undefined
    return { node: tensor.node, destination: overwrites ? { overwrites } : 'kept' }
  })
  return { pending, wants }
}

/** Stores a computed value in the node, so that it is not computed again. */
function keep(x: Tensor, node: Node, value: Value): void {
  if (x instanceof Variable) x.commit(node, value)
  else {
    node.value = value
    node.resident = value.at === 'executor'
  }
}

const readOptions: Rules<ReadOptions> = { executor: executorRule }

/** Returns a copy of the elements, in row-major order. */
export async function data(x: Tensor, options: ReadOptions = {}): Promise<HostArray> {
  checkTensor('data', 'x', x)
  checkOptions('data', options, readOptions)
  const { node } = x
  const [value] =
    node.value === undefined
      ? await run(options.executor ?? (await currentExecutor()), [{ node, destination: 'host' }])
      : [node.value]
  if (node.value === undefined) keep(x, node, value)
  const elements = await readValue(value)
  return value.at === 'host' ? (elements.slice() as HostArray) : elements
}

/** @internal Returns the elements of a tensor that is on the host already, without copying; otherwise undefined. */
export function hostDataOf({ node: { value } }: Tensor): HostArray | undefined {
  return value?.at === 'host' ? value.data : undefined
}

/** A graph, and the nodes that hold the values of its inputs. */
export interface BoundGraph {
  readonly graph: Graph
  readonly inputs: readonly Node[]
}

/** @internal Returns the graph that computes a tensor, for inspection. */
export function recordingOf({ node }: Tensor): BoundGraph {
  const recording = record([{ node, destination: 'host' }])
  return { graph: graphOf(recording), inputs: recording.inputs }
}

/** Returns the only element as a number. Throws `InvalidInputError` unless the tensor has exactly one. */
export async function item(x: Tensor, options: ReadOptions = {}): Promise<number> {
  checkTensor('item', 'x', x)
  demand(x.size === 1, () => `item: expected one element, got ${format(x.shape)}`)
  return (await data(x, options))[0]
}

/** Returns a copy of the elements as an `ndarray`. */
export async function ndarray(x: Tensor, options: ReadOptions = {}): Promise<NdArray<HostArray>> {
  checkTensor('ndarray', 'x', x)
  return hostView(await data(x, options), x.shape)
}

/** Computes the wanted nodes; returns their values in order. */
async function run(executor: Executor, wants: readonly Want[]): Promise<Value[]> {
  if (wants.length === 0) return []
  keepGraphsYoung()
  const recording = record(wants)
  const { inputs, outputs } = recording
  const program = await programFor(executor, recording)
  const results = await program.run(await argumentsFor(executor, inputs))
  return outputs.map(({ destination }, i) =>
    typeof destination === 'string'
      ? valueOf(results[i], wants[i].node)
      : inputs[destination.overwrites].value!,
  )
}

/**
 * Keeps V8 from pretenuring: from allocating objects in its old generation at places whose objects have survived before. A
 * dead object there keeps the new ones that it refers to alive until the next full collection, and so does each step's graph
 * with much of the next one.
 */
function keepGraphsYoung(): void {
  setV8Flag('--no-allocation-site-pretenuring')
}

function valueOf(result: Result, { dtype }: Node): Value {
  return ArrayBuffer.isView(result)
    ? { at: 'host', data: convertHost(dtype, result) }
    : { at: 'executor', storage: result as Storage }
}

/** Returns the elements of nodes as arguments for this executor. */
async function argumentsFor(executor: Executor, nodes: readonly Node[]): Promise<Argument[]> {
  const args: Argument[] = []
  for (const node of nodes) {
    const value = node.value!
    const isThere = value.at === 'executor' && value.storage.executor === executor
    args.push(isThere ? value.storage : await moveTo(executor, node, value))
  }
  return args
}

/** Reads elements from where they are. Those of a resident node are uploaded, once. */
async function moveTo(executor: Executor, node: Node, value: Value): Promise<Argument> {
  const elements = await readValue(value)
  if (!node.resident) return elements
  const storage = await executor.upload(elements)
  node.value = { at: 'executor', storage }
  return storage
}

async function readValue(value: Value): Promise<HostArray> {
  demand(
    value.at !== 'overwritten',
    () => 'a tensor that shares the earlier value of a variable was read after the value was overwritten',
  )
  return value.at === 'host' ? value.data : value.storage.executor.read(value.storage)
}
