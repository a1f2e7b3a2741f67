import { type Executor, type Nested, openExecutor, type Tensor, tensor } from '../../engine/index.ts'

/** The executor that defines what is right. */
export const reference: Executor = (await openExecutor('reference')).executor

/** A float64 tensor. */
export function float64(values: Nested | Float64Array, shape?: readonly number[]): Tensor {
  return tensor(values, { dtype: 'float64', shape })
}

/** An int32 tensor. */
export function int32(values: Nested, shape?: readonly number[]): Tensor {
  return tensor(values, { dtype: 'int32', shape })
}

/** The elements as the reference executor computes them. */
export async function numbers(x: Tensor): Promise<number[]> {
  return Array.from(await x.data({ executor: reference }))
}
