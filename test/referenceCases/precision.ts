import { expect } from 'vitest'
import { type Executor, openExecutor, type Tensor, tensor } from '../../engine/index.ts'
import type { Mode } from '../engine/modes.ts'

/** An executor, and how close it must come: errors relative to the largest magnitude of what is compared. */
export interface Precision {
  /** What computes, as tests name it. */
  readonly name: string
  readonly open: () => Promise<Executor>
  readonly dtype: 'float32' | 'float64'
  /** Of losses and their gradients, temperatures and optimizers. */
  readonly losses: number
  /** How many times as far as PyTorch's float32 is from its float64 losses may be, where that is recorded and is more. */
  readonly ofPyTorch: number
  /** Of what networks compute: outputs, losses, running statistics. */
  readonly networks: number
  /** Of gradients through networks, and of weights trained with them, or what `spreadOf` finds, if that is more. */
  readonly networkGradients: number
  /** Which of the recorded spreads it is allowed: Winograd's method rounds more. Absent in float64, which gets none. */
  readonly method?: 'direct' | 'winograd'
  /** Whether it differs from the executor's default in nothing but the method of convolutions. */
  readonly isOfConvolutions?: boolean
  /** How many convolutions a network may have; rounding grows with depth. */
  readonly deepest: number
  /** How many parameters it may have, where time is short. Default: any number. */
  readonly largest?: number
}

/** How far a network's results may be apart in float32; `winograd` is absent if no convolution can be computed so. */
export type Spreads<Kind extends string> = Readonly<
  Partial<Record<NonNullable<Precision['method']>, Readonly<Record<Kind, number>>>>
>

/** What `float32.py` has recorded for a precision's method. */
export function spreadOf<Kind extends string>(
  spreads: Spreads<Kind> | undefined,
  { method }: Precision,
): Readonly<Record<Kind, number>> | undefined {
  return method && (spreads?.[method] ?? spreads?.direct)
}

/** The reference executor. */
export const inFloat64: Precision = {
  name: 'reference executor',
  open: async () => (await openExecutor('reference')).executor,
  dtype: 'float64',
  losses: 1e-9,
  ofPyTorch: 0,
  networks: 1e-9,
  networkGradients: 1e-9,
  deepest: Number.POSITIVE_INFINITY,
}

/** The wasm executor in a mode. resnet56 has 57 convolutions with those of its shortcuts. */
export function inFloat32({ name, differences, open }: Mode): Precision {
  return {
    name,
    open: async () => open(),
    dtype: 'float32',
    losses: 1e-5,
    ofPyTorch: 4,
    networks: 1e-4,
    networkGradients: 1e-4,
    method: differences.winograd === false ? 'direct' : 'winograd',
    isOfConvolutions:
      Object.keys(differences).every((name) => name === 'winograd') && 'winograd' in differences,
    deepest: 57,
  }
}

/** A number that is 0 in theory comes as rounding noise on both sides: scales below this count as this. */
const leastScale = 1e-3

export function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
}

/** Fails unless all numbers are within `tolerance` times `scale`, by default the largest expected magnitude, or `deviation`. */
export function expectClose(
  what: string,
  actual: ArrayLike<number>,
  expected: readonly number[],
  tolerance: number,
  { scale = largest(expected), deviation = 0 }: { scale?: number; deviation?: number } = {},
): void {
  expect(actual.length, `${what}: how many numbers`).toBe(expected.length)
  const allowed = Math.max(tolerance * Math.max(scale, leastScale), deviation)
  for (const [i, value] of expected.entries()) {
    // Written so that NaN fails.
    if (!(Math.abs(actual[i] - value) <= allowed)) {
      expect.fail(`${what}: number ${i} is ${actual[i]}, expected ${value} within ${allowed}`)
    }
  }
}

/** int32 labels. */
export function labelled(labels: readonly number[]): Tensor {
  return tensor(labels, { dtype: 'int32' })
}
