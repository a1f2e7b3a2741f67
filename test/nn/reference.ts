import { openExecutor, type Tensor, useExecutor } from '../../engine/index.ts'

/** Makes the reference executor that of `data`, `item` and `realize` in this test file. */
export async function useReference(): Promise<void> {
  useExecutor((await openExecutor('reference')).executor)
}

/** The elements as plain numbers. */
export async function numbers(x: Tensor): Promise<number[]> {
  return Array.from(await x.data())
}
