import { isFloat } from '../../../engine/dtype.ts'
import { type Executor, InvalidInputError } from '../../../engine/index.ts'
import { hostTensor, type Tensor } from '../../../engine/tensor.ts'
import { type Call, compute, cotangentFor, isDifferentiable, refusalOr } from './call.ts'
import { nearbyElements } from './nearby.ts'
import { Operand, Scalar, type TensorLikeOperand } from './operand.ts'
import { allowances, complainOfOutcome, double, type Outcome, type Precision, single } from './outcome.ts'
import type { Pytorch, Sent } from './pytorch.ts'
import type { Tally } from './tally.ts'

/** An executor under test. */
export interface Contestant {
  readonly name: string
  readonly executor: Executor
}

/** What calls are tried on. */
export interface Judges {
  /** Defines what is right. */
  readonly reference: Executor
  /** Who computes every call. */
  readonly always: readonly Contestant[]
  /** Of these, one computes a call, by turns. */
  readonly byTurns: readonly Contestant[]
  readonly pytorch?: Pytorch
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

/** How far each result of a call may be off, when it is computed with this precision. */
async function allowed(
  call: Call,
  truth: Outcome,
  precision: Precision,
  reference: Executor,
): Promise<Float64Array[]> {
  const { rounding = 'elementwise' } = call.subject
  const nearby: Outcome[] = []
  if (truth.kind === 'float' && rounding !== 'selecting') {
    for (const turn of [0, 1, 2]) {
      const moved = (operand: Operand) =>
        hostTensor(nearbyElements(operand, precision.relative, turn), operand.shape)
      nearby.push(await compute(call.record(moved), reference))
    }
  }
  return truth.results.map((result, i) => {
    if (truth.kind !== 'float' || (rounding === 'selecting' && i === 0 && !isConverted(call, truth)))
      return new Float64Array(result.length)
    const around = nearby.map(({ results }) => results[i])
    return allowances(result, around, precision, scaleOf(call, result, i))
  })
}

/** Whether the value holds integers that float32 may have rounded. */
function isConverted({ operands }: Call, { kind }: Outcome): boolean {
  return (
    kind === 'float' && operands.some((operand) => operand instanceof Operand && operand.dtype === 'int32')
  )
}

/** The magnitude beside which all elements of a result are rounded. */
function scaleOf({ subject: { rounding }, tensors }: Call, result: ArrayLike<number>, i: number): number {
  // A cotangent is at most 2.
  if (i > 0) return Math.max(2, ...finite(result))
  if (rounding === 'normwise') return Math.max(0, ...finite(result))
  if (rounding === 'beside operands')
    return Math.max(0, ...tensors.flatMap(({ elements }) => finite(elements)))
  return 0
}

function finite(numbers: ArrayLike<number>): number[] {
  return Array.from(numbers, Math.abs).filter(Number.isFinite)
}

/** Whether float32 holds the numbers of a call, and what becomes of them on the way. */
function isInRange(call: Call, bits: number): boolean {
  return call.operands.every((operand) => {
    const elements = operand instanceof Scalar ? [operand.value] : Array.from(operand.elements)
    return elements.every(
      (value) => value === 0 || !Number.isFinite(value) || Math.abs(Math.log2(Math.abs(value))) <= bits,
    )
  })
}

/** Gradients are products of several numbers: beyond 2^±40, float32 does not hold them. */
const gradientBits = 40

/** How many of the results float32 holds: none, the value, or its gradients too. */
function comparedInSingle(call: Call, { results }: Outcome): number {
  const { float32Range, rounding } = call.subject
  const mixes = call.operands.some((operand) => operand instanceof Scalar || isFloat(operand.dtype))
  if (rounding === 'selecting' && mixes && !integersFitSingle(call)) return 0
  if (float32Range !== undefined && !isInRange(call, float32Range.bits)) return 0
  return isInRange(call, gradientBits) ? results.length : 1
}

/** Whether float32 tells all integers of a call from their neighbours. */
function integersFitSingle({ tensors }: Call): boolean {
  return tensors.every(
    ({ dtype, elements }) => dtype !== 'int32' || elements.every((value) => Math.abs(value) <= 2 ** 24),
  )
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
  const compared = isDouble ? 0 : comparedInSingle(call, truth)
  const part = (outcome: Outcome): Outcome => ({ ...outcome, results: outcome.results.slice(0, compared) })
  let margins: Float64Array[] | undefined
  for (const { name, executor } of contestants) {
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
    const complaint = complainOfOutcome(part(got), part(truth), margins, single)
    if (complaint !== undefined) return `${name}: ${complaint}`
  }
  return undefined
}

const periodic: ReadonlySet<string> = new Set(['sin', 'cos', 'tan'])

/** Whether the executor's numbers reach so far, by its own word. */
function fits({ operation, operands }: Call, { limits }: Executor): boolean {
  if (limits === undefined) return true
  if (periodic.has(operation) && !operands.every((operand) => isWithin(operand, limits.largestAngle)))
    return false
  const most = 2 ** (limits.integerBits / 2)
  return operands.every((operand) => {
    if (operand instanceof Scalar) return !Number.isInteger(operand.value) || Math.abs(operand.value) < most
    if (operand.dtype === 'int32') return operand.base.data.every((value) => Math.abs(value) < most)
    return limits.subnormals || operand.elements.every((value) => value === 0 || Math.abs(value) >= 2 ** -126)
  })
}

function isWithin(operand: TensorLikeOperand, largest: number): boolean {
  const elements = operand instanceof Scalar ? [operand.value] : Array.from(operand.elements)
  return elements.every((value) => !(Math.abs(value) > largest))
}

/** An executor of float32 must not compute with float64. */
async function complainUnlessRefused(call: Call, executor: Executor): Promise<string | undefined> {
  try {
    await compute(
      call.record((operand) => operand.tensor()),
      executor,
    )
  } catch (error) {
    if (error instanceof InvalidInputError) return undefined
    throw error
  }
  return undefined
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
  const dtype = besideTensor && Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? 'int32' : 'float64'
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
  const { differences = [] } = call.subject
  const difference = differences.find(({ when }) => when(call.tensors, call.args))
  if (difference !== undefined) {
    tally.count('differs from PyTorch', difference.reason)
    return undefined
  }
  const answer = await pytorch.evaluate(expression, sent(call), cotangentFor(truth.shape))
  if ('refused' in answer) {
    tally.count('accepted here, refused by PyTorch', call.operation)
    return undefined
  }
  tally.comparedWithPytorch++
  const got = answer.kind === 'int' ? { ...answer, results: answer.results.map(toInt32) } : answer
  const precision = precisionOf(truth)
  const complaint = complainOfOutcome(truth, got, await allowed(call, got, precision, reference), precision)
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
