import type { Code } from '../assembler/encoding.ts'
import { control, f32, i32 } from '../assembler/instructions.ts'
import type { FunctionBuilder, Local } from '../assembler/module.ts'
import type { WasmCall } from './calls.ts'
import { beginKernel, type CallContext, type KernelCode } from './kernelCode.ts'
import { bytesPerElement } from './lanes.ts'
import { unitsOf, walkInUnits } from './walk.ts'

/** The largest element so far, and its index. */
class RunningArgmax {
  readonly #builder: FunctionBuilder
  readonly #isFloat: boolean
  readonly #best: Local
  readonly #candidate: Local
  readonly index: Local

  constructor(builder: FunctionBuilder, isFloat: boolean) {
    this.#builder = builder
    this.#isFloat = isFloat
    this.#best = builder.local(isFloat ? 'f32' : 'i32')
    this.#candidate = builder.local(isFloat ? 'f32' : 'i32')
    this.index = builder.local('i32')
  }

  reset(): void {
    this.#builder.emit(this.index.set(i32.const(-1)))
  }

  /** Takes an element if it is the first one, larger than the largest so far, or the first NaN. */
  update(element: Code, index: Code): void {
    const load = this.#isFloat ? f32.load(element) : i32.load(element)
    const [best, candidate] = [this.#best.get, this.#candidate.get]
    const larger = this.#isFloat
      ? i32.or(f32.gt(candidate, best), i32.and(f32.ne(candidate, candidate), f32.eq(best, best)))
      : i32.gt_s(candidate, best)
    this.#builder.emit(
      this.#candidate.set(load),
      control.if(i32.or(i32.eq(this.index.get, i32.const(-1)), larger), [
        this.#best.set(candidate),
        this.index.set(index),
      ]),
    )
  }
}

/**
 *     for each row along the axis: output = index of the first maximum
 */
export function argmaxCode(
  { inputs: [x], output, attributes }: WasmCall<'argmax'>,
  { isFloat }: CallContext,
): KernelCode {
  const { axis } = attributes
  const code = beginKernel([x, output], unitsOf(output.shape))
  const { builder } = code
  const argmax = new RunningArgmax(builder, isFloat)
  const element = builder.local('i32')
  walkInUnits(code, output.shape, [x, output], ([row, index]) => {
    argmax.reset()
    builder.emit(element.set(row.get))
    builder.loop(x.shape[axis], 1, (counter) => {
      argmax.update(element.get, counter.get)
      builder.emit(element.set(i32.add(element.get, i32.const(x.strides[axis] * bytesPerElement))))
    })
    builder.emit(i32.store(index.get, argmax.index.get))
  })
  return code
}
