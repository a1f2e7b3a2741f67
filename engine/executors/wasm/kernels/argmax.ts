import type { Code } from '../assembler/encoding.ts'
import { control, f32, i32 } from '../assembler/instructions.ts'
import type { FunctionBuilder, Local } from '../assembler/module.ts'
import type { WasmCall } from './calls.ts'
import { beginKernel, type CallContext, type KernelCode } from './kernelCode.ts'
import { bytesPerElement } from './lanes.ts'
import { pointerAt, walkElements } from './walk.ts'

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
  const axis = attributes.axis
  const code = beginKernel([x, output])
  const { builder, pointerTo } = code
  const views = [{ ...x, shape: output.shape }, output]
  const pointers = views.map((view) => pointerAt(builder, pointerTo(view), view))
  const argmax = new RunningArgmax(builder, isFloat)
  const element = builder.local('i32')
  walkElements(builder, output.shape, views, pointers, () => {
    argmax.reset()
    builder.emit(element.set(pointers[0].get))
    builder.loop(x.shape[axis], 1, (counter) => {
      argmax.update(element.get, counter.get)
      builder.emit(element.set(i32.add(element.get, i32.const(x.strides[axis] * bytesPerElement))))
    })
    builder.emit(i32.store(pointers[1].get, argmax.index.get))
  })
  return code
}

/**
 *     for each map and window: output = h·W + w of the first maximum inside the map
 */
export function maxPool2dIndicesCode(
  { inputs: [x], output, attributes }: WasmCall<'maxPool2dIndices'>,
  { isFloat }: CallContext,
): KernelCode {
  const { kernel, stride, padding, dilation } = attributes
  const [height, width] = x.shape.slice(2)
  const code = beginKernel([x, output])
  const { builder, pointerTo } = code
  // The input pointer stays at the map's first pixel; rows and columns are addressed by index.
  const corner = { ...x, strides: [x.strides[0], x.strides[1], 0, 0] }
  const views = [corner, output]
  const pointers = views.map((view) => pointerAt(builder, pointerTo(view), view))
  const argmax = new RunningArgmax(builder, isFloat)
  const [h, w] = [builder.local('i32'), builder.local('i32')]
  walkElements(builder, output.shape, views, pointers, (counters) => {
    argmax.reset()
    builder.loop(kernel[0], dilation[0], (r) => {
      builder.loop(kernel[1], dilation[1], (s) => {
        const position = (counter: Local, axis: number, tap: Local) =>
          i32.sub(i32.add(i32.mul(counter.get, i32.const(stride[axis])), tap.get), i32.const(padding[axis]))
        builder.emit(h.set(position(counters[2], 0, r)), w.set(position(counters[3], 1, s)))
        const inside = i32.and(i32.lt_u(h.get, i32.const(height)), i32.lt_u(w.get, i32.const(width)))
        const distance = i32.add(
          i32.mul(h.get, i32.const(x.strides[2] * bytesPerElement)),
          i32.mul(w.get, i32.const(x.strides[3] * bytesPerElement)),
        )
        const index = i32.add(i32.mul(h.get, i32.const(width)), w.get)
        const update = builder.block(() => argmax.update(i32.add(pointers[0].get, distance), index))
        builder.emit(control.if(inside, update))
      })
    })
    builder.emit(i32.store(pointers[1].get, argmax.index.get))
  })
  return code
}
