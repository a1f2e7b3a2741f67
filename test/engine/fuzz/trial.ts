import { isInt32 } from '../../../engine/dtype.ts'
import { type Executor, InvalidInputError } from '../../../engine/index.ts'
import { hostTensor, type Tensor } from '../../../engine/tensor.ts'
import { type Call, compute, cotangentFor, isDifferentiable, refusalOr } from './call.ts'
import { type Operand, Scalar } from './operand.ts'
import { complainOfOutcome, double, type Outcome, type Precision, single } from './outcome.ts'
import type { Pytorch, Sent } from './pytorch.ts'
import { comparable, fits } from './reach.ts'
import type { Tally } from './tally.ts'
import { allowed } from './tolerance.ts'

/** An executor under test. */
export interface Contestant {
  readonly name: string
  readonly executor: Executor
  /** Whether it may compute convolutions by Winograd's method. */
  readonly hasWinograd: boolean
}

/** What calls are tried on. */
export interface Judges {
  /** Defines what is right. */
  readonly reference: Executor
  /** Who computes every call. */
  readonly always: readonly Contestant[]
  /** Of these, one computes a call, by turns. */
  readonly byTurns: readonly Contestant[]
  readonly pytorch?: Pytorch | undefined
}

/**
 * Tries a call everywhere: says what is wrong, or nothing. What is right is what the reference executor makes of the
 * same numbers as float64. Arguments may be refused, by an `InvalidInputError` at once.
 */
export async function complainOf(
  call: Call,
  turn: number,
  judges: Judges,
  tally: Tally,
): Promise<string | undefined> {
  tally.cases++
  const recorded = refusalOr(() => call.record((operand) => operand.tensor()))
  if (recorded instanceof InvalidInputError) {
    await countRefusal(call, judges, tally)
    return undefined
  }
  const truth = await compute(call.record(exact), judges.reference)
  const complaints = [
    await complainOfContestants(call, truth, contestantsOf(judges, turn), judges.reference, tally),
    await complainOfPytorch(call, truth, judges, tally),
  ]
  return complaints.find((complaint) => complaint !== undefined)
}

/** The operand's numbers, float32 as float64. */
function exact({ elements, shape }: Operand): Tensor {
  return hostTensor(elements instanceof Float32Array ? Float64Array.from(elements) : elements, shape)
}

function contestantsOf({ always, byTurns }: Judges, turn: number): readonly Contestant[] {
  return byTurns.length === 0 ? always : [...always, byTurns[turn % byTurns.length]]
}

/** The first of the results alone. */
function part(outcome: Outcome, count: number): Outcome {
  return { ...outcome, results: outcome.results.slice(0, count) }
}

async function complainOfContestants(
  call: Call,
  truth: Outcome,
  contestants: readonly Contestant[],
  reference: Executor,
  tally: Tally,
): Promise<string | undefined> {
  const wide = call.record((operand) => operand.tensor())
  const isDouble = [wide.value, ...call.tensors].some(({ dtype }) => dtype === 'float64')
  const compared = isDouble ? 0 : comparable(call, truth, 'float32')
  let margins: Float64Array[] | undefined
  for (const { name, executor, hasWinograd } of contestants) {
    if (!fits(call, executor)) continue
    if (isDouble && executor !== reference) {
      const complaint = await complainUnlessRefused(call, executor)
      if (complaint !== undefined) return `${name}: ${complaint}`
      continue
    }
    const got = await compute(
      call.record((operand) => operand.tensor()),
      executor,
    )
    margins ??= await allowed(call, truth, single, reference)
    tally.compared++
    const mixed = hasWinograd ? call.mixed(truth.shape) : []
    const complaint = complainOfOutcome(part(got, compared), part(truth, compared), margins, single, mixed)
    if (complaint !== undefined) return `${name}: ${complaint}`
  }
  return undefined
}

/** An executor of float32 must not compute with float64; what is an operand itself needs no computing. */
async function complainUnlessRefused(call: Call, executor: Executor): Promise<string | undefined> {
  const recorded = call.record((operand) => operand.tensor())
  if (recorded.value.node.value !== undefined) return undefined
  try {
    await compute(recorded, executor)
  } catch (error) {
    if (error instanceof InvalidInputError) return undefined
    throw error
  }
  return 'it computes with float64'
}

function sent(call: Call): Sent[] {
  const besideTensor = call.tensors.length > 0
  return call.operands.map((operand) => {
    if (operand instanceof Scalar) return sentScalar(operand.value, besideTensor)
    const { elements, shape, dtype } = operand
    return { elements, shape, dtype, differentiable: isDifferentiable(operand) }
  })
}

/** A number as a tensor without axes, whose type PyTorch gives way to that of a tensor. */
function sentScalar(value: number, besideTensor: boolean): Sent {
  const dtype = besideTensor && isInt32(value) ? 'int32' : 'float64'
  return { elements: [value], shape: [], dtype, differentiable: false }
}

async function complainOfPytorch(
  call: Call,
  truth: Outcome,
  { pytorch, reference }: Judges,
  tally: Tally,
): Promise<string | undefined> {
  const expression = call.toPython()
  if (pytorch === undefined || expression === undefined) return undefined
  const difference = call.subject.differenceAt?.(call.args)
  if (difference !== undefined) {
    tally.count('differs from PyTorch', difference.reason)
    if (!difference.inGradients) return undefined
  }
  const answer = await pytorch.evaluate(expression, sent(call), cotangentFor(truth.shape))
  if ('refused' in answer) {
    tally.count('accepted here, refused by PyTorch', call.operation)
    return undefined
  }
  tally.comparedWithPytorch++
  const got = answer.kind === 'int' ? { ...answer, results: answer.results.map(toInt32) } : answer
  const precision = precisionOf(truth)
  const most = difference === undefined ? truth.results.length : 1
  const compared = Math.min(most, comparable(call, truth, precision === double ? 'float64' : 'float32'))
  const margins = await allowed(call, truth, precision, reference)
  const complaint = complainOfOutcome(part(truth, compared), part(got, compared), margins, precision)
  return complaint === undefined ? undefined : `PyTorch differs, ${expression}: ${complaint}`
}

/** Integers are int64 in PyTorch where they are int32 here. */
function toInt32(numbers: ArrayLike<number>): Int32Array {
  return Int32Array.from(numbers, (value) => Number(BigInt.asIntN(32, BigInt(value))))
}

/** Of integers, which become float32 here and float64 in PyTorch. */
const integersInSingle: Precision = { ...single, relative: 2 ** -18 }

function precisionOf({ results: [value] }: Outcome): Precision {
  return value instanceof Float32Array ? integersInSingle : double
}

async function countRefusal(call: Call, { pytorch }: Judges, tally: Tally): Promise<void> {
  const expression = call.toPython()
  const accepted =
    pytorch !== undefined &&
    expression !== undefined &&
    !('refused' in (await pytorch.evaluate(expression, sent(call), cotangentFor([2 ** 14]))))
  tally.countRefusal(call.operation, accepted)
}
