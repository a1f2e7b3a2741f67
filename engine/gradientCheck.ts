import {
  aFunction,
  seed as anySeed,
  arrayOf,
  check,
  checkOptions,
  notNegative,
  positive,
  type Rules,
  text,
  whole,
} from '../base/arguments.ts'
import { demand } from '../base/errors.ts'
import { RandomStream, streamKey } from '../base/random.ts'
import { grad } from './autograd.ts'
import { executorRule, openExecutor } from './device.ts'
import { allocateHost, convertHost, dtypeOf, type HostArray, isFloat } from './dtype.ts'
import type { Executor } from './executor.ts'
import { add, multiply } from './operations/arithmetic.ts'
import { cast } from './operations/casts.ts'
import { sum } from './operations/reductions.ts'
import { data, realizeOn } from './realize.ts'
import { format, indexAt, type Shape } from './shape.ts'
import { hostTensor, type Tensor, tensorRule } from './tensor.ts'

export interface GradientCheckOptions {
  /** The name of the function in errors. Default: that of `f`. */
  name?: string
  /** The highest order of derivatives to check. Default 2. */
  order?: number
  /** Seed of the random cotangent and directions. Default 0. */
  seed?: number
  /** Half the distance between the two points of the central difference. Default 1e-5; on a given executor 1e-2. */
  step?: number
  /** The largest relative error that passes. Default 1e-6; on a given executor, which rounds to float32, 2e-2. */
  tolerance?: number
  /** Default: the reference executor, on inputs cast to float64. On a given executor, inputs keep their types. */
  executor?: Executor
}

const optionRules: Rules<GradientCheckOptions> = {
  name: text,
  order: whole(1, 9),
  seed: anySeed,
  step: positive,
  tolerance: notNegative,
  executor: executorRule,
}

/** Thrown for a wrong gradient; says where it and the central difference disagree most. */
export class GradientCheckError extends Error {
  override name = 'GradientCheckError'
  readonly order: number
  readonly input: number
  readonly coordinate: readonly number[]
  readonly analytic: number
  readonly numeric: number

  constructor(operation: string, order: number, worst: Disagreement) {
    super(
      `gradientCheck of ${operation}, order ${order}: input ${worst.input} at ${format(worst.coordinate)} has ` +
        `the gradient ${worst.analytic}, but the central difference is ${worst.numeric}`,
    )
    this.order = order
    this.input = worst.input
    this.coordinate = worst.coordinate
    this.analytic = worst.analytic
    this.numeric = worst.numeric
  }
}

interface Disagreement {
  input: number
  coordinate: readonly number[]
  analytic: number
  numeric: number
}

/** Host arrays, one for each input. */
type Elements = readonly HostArray[]

/** A scalar function. */
type Scalar = (inputs: readonly Tensor[]) => Tensor

/** The point at which a function is checked, the executor, and the step size. */
interface Site {
  readonly executor: Executor
  readonly elements: Elements
  readonly shapes: readonly Shape[]
  readonly step: number
}

/**
 * Checks the gradient of `f` at the inputs: for s = ⟨c, f⟩ with a random cotangent c and a direction d, ⟨∇s, d⟩ must equal
 * the central difference (s(x + εd) − s(x − εd)) / 2ε. One direction is random; another levels the entries of the
 * gradient, so that a wrong entry shows among others that are a thousand times as large. Higher orders repeat this with
 * ⟨∇s, d⟩ for the random d in place of s. Integer and bool inputs are constant. Returns the largest relative error; if one
 * exceeds the tolerance, throws a `GradientCheckError` that names the worst coordinate. PyTorch:
 * `torch.autograd.gradcheck` and `gradgradcheck`.
 */
export async function gradientCheck(
  f: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  options: GradientCheckOptions = {},
): Promise<number> {
  check('gradientCheck', 'f', f, aFunction)
  check('gradientCheck', 'inputs', inputs, arrayOf(tensorRule))
  checkOptions('gradientCheck', options, optionRules)
  const { name = f.name || 'the function', order = 2, seed = 0 } = options
  const types = inputs.map(({ dtype }) => dtype)
  demand(types.some(isFloat), () => `gradientCheck of ${name}: expected a floating input, got [${types}]`)
  const exact = options.executor === undefined
  const { step = exact ? 1e-5 : 1e-2, tolerance = exact ? 1e-6 : 2e-2 } = options
  const executor = options.executor ?? (await openExecutor('reference')).executor
  const elements = await Promise.all(
    inputs.map((x) => data(exact && isFloat(x.dtype) ? cast(x, 'float64') : x, { executor })),
  )
  const site: Site = { executor, elements, shapes: inputs.map(({ shape }) => shape), step }
  const stream = new RandomStream(streamKey(seed, 'gradientCheck'))

  const output = f(...tensorsOf(site, elements))
  check('gradientCheck', `what ${name} returns`, output, tensorRule)
  // With a float64 cotangent, the scalar is float64 even for a float32 output, so that reading it does not round.
  const weights = normalNumbers(output.size, stream)
  const cotangent = hostTensor(convertHost(exact ? 'float64' : output.dtype, weights), output.shape)
  let scalar: Scalar = (at) => sum(multiply(f(...at), cotangent))
  let largest = 0
  for (let k = 1; k <= order; k++) {
    const direction = randomDirection(elements, stream)
    const gradient = await gradientAt(site, scalar)
    const least = Math.sqrt(tolerance)
    const level = levelDirection(gradient, elements, least, stream)
    const error = Math.max(
      await relativeError(site, scalar, gradient, direction, 1),
      await relativeError(site, scalar, gradient, level, least),
    )
    if (!(error <= tolerance)) {
      const worst = await worstCoordinate(site, scalar)
      // Inputs without elements have no gradient that could be wrong, even where the function is NaN.
      if (worst === undefined) return 0
      throw new GradientCheckError(name, k, worst)
    }
    largest = Math.max(largest, error)
    scalar = derivativeAlong(scalar, tensorsOf(site, direction))
  }
  return largest
}

function tensorsOf({ shapes }: Site, elements: Elements): Tensor[] {
  return elements.map((values, i) => hostTensor(values, shapes[i]))
}

function normalNumbers(length: number, stream: RandomStream): Float64Array {
  return Float64Array.from({ length }, () => stream.normal())
}

/** Returns a direction: normally distributed for floating inputs, zero for the others. */
function randomDirection(elements: Elements, stream: RandomStream): HostArray[] {
  return elements.map((values) => {
    const dtype = dtypeOf(values)
    return isFloat(dtype)
      ? convertHost(dtype, normalNumbers(values.length, stream))
      : allocateHost(dtype, values.length)
  })
}

/**
 * Returns a direction in which all entries of the gradient count alike, with random signs: 1 / |entry|, or at most 1 for
 * entries below `least` times the largest.
 */
function levelDirection(
  gradient: Elements,
  elements: Elements,
  least: number,
  stream: RandomStream,
): HostArray[] {
  let largest = 0
  for (const values of gradient) for (const value of values) largest = Math.max(largest, Math.abs(value))
  const level = least * largest
  return elements.map((values, i) => {
    const dtype = dtypeOf(values)
    if (!isFloat(dtype)) return allocateHost(dtype, values.length)
    const signs = Float64Array.from(gradient[i], (entry) => {
      const size = Math.abs(entry)
      return (stream.bits() % 2 === 0 ? 1 : -1) * (size > level ? level / size : 1)
    })
    return convertHost(dtype, signs)
  })
}

/** x ↦ ⟨∇s(x), d⟩. */
function derivativeAlong(scalar: Scalar, direction: readonly Tensor[]): Scalar {
  return (inputs) =>
    grad(scalar(inputs), inputs)
      .map((gradient, i) => sum(multiply(gradient, direction[i])))
      .reduce(add)
}

/** ∇s; zeros for inputs that are not floating. */
async function gradientAt(site: Site, scalar: Scalar): Promise<HostArray[]> {
  const { executor, elements } = site
  const inputs = tensorsOf(site, elements)
  const gradients = grad(scalar(inputs), inputs)
  await realizeOn(executor, ...gradients)
  return Promise.all(gradients.map((gradient) => data(gradient, { executor })))
}

/** (s(x + εd) − s(x − εd)) / 2ε, and the larger |s| of the two. */
async function centralDifference(site: Site, scalar: Scalar, direction: Elements) {
  const valueAt = async (t: number) => {
    const moved = site.elements.map((values, i) =>
      convertHost(
        dtypeOf(values),
        Float64Array.from(values, (value, j) => value + t * direction[i][j]),
      ),
    )
    return (await data(scalar(tensorsOf(site, moved)), { executor: site.executor }))[0]
  }
  const above = await valueAt(site.step)
  const below = await valueAt(-site.step)
  return { numeric: (above - below) / (2 * site.step), size: Math.max(Math.abs(above), Math.abs(below)) }
}

/** Errors are relative to at least this, since rounding makes small numbers differ. */
const smallest = 1e-3

/**
 * Returns the difference between ⟨∇s, d⟩ and the central difference, relative to the larger of |s| times `share` and the
 * sum of the absolute terms of ⟨∇s, d⟩, which may cancel.
 */
async function relativeError(
  site: Site,
  scalar: Scalar,
  gradient: Elements,
  direction: Elements,
  share: number,
): Promise<number> {
  let analytic = 0
  let terms = 0
  gradient.forEach((values, i) => {
    values.forEach((value, j) => {
      analytic += value * direction[i][j]
      terms += Math.abs(value * direction[i][j])
    })
  })
  const { numeric, size } = await centralDifference(site, scalar, direction)
  return Math.abs(analytic - numeric) / Math.max(terms, share * size, share * smallest)
}

/** Returns the coordinate, of all coordinates of floating inputs, with the largest error; `undefined` if there are none. */
async function worstCoordinate(site: Site, scalar: Scalar): Promise<Disagreement | undefined> {
  const gradient = await gradientAt(site, scalar)
  let worst: Disagreement | undefined
  let largest = -1
  for (const [input, values] of site.elements.entries()) {
    if (!isFloat(dtypeOf(values))) continue
    for (const [position, analytic] of gradient[input].entries()) {
      const axis = site.elements.map((each) => allocateHost(dtypeOf(each), each.length))
      axis[input][position] = 1
      const { numeric } = await centralDifference(site, scalar, axis)
      const error = Math.abs(analytic - numeric)
      // A NaN is the largest error.
      if (error <= largest) continue
      largest = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error
      worst = { input, coordinate: indexAt(position, site.shapes[input]), analytic, numeric }
    }
  }
  return worst
}
