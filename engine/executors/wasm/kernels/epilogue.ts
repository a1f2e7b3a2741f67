import type { CallKernel, Epilogue, LoopKernel } from '../../../plan/kernels.ts'
import type { View } from '../../../plan/view.ts'
import type { Code } from '../assembler/encoding.ts'
import type { FunctionBuilder, Local } from '../assembler/module.ts'
import { BodyWriter } from './body.ts'
import { bytesPerElement, laneCount } from './lanes.ts'
import { advance } from './pointers.ts'

/** The axis along which a convolution's vectors run. */
const channelAxis = 1

/**
 * Emits the epilogue of a convolution: runs its body, if there is one, on sums in registers, and stores the results. Each
 * operand has a pointer to its element for the tile's first sum.
 */
export class EpilogueWriter {
  readonly #builder: FunctionBuilder
  readonly #epilogue: Epilogue
  readonly #body: BodyWriter
  readonly #pointers: readonly Local[]
  /** The distinct operands. */
  readonly views: readonly View[]

  constructor(builder: FunctionBuilder, kernel: CallKernel) {
    this.#builder = builder
    this.#epilogue = epilogueOf(kernel)
    this.views = operandsOf(this.#epilogue)
    this.#pointers = this.views.map(() => builder.local('i32'))
    this.#body = new BodyWriter(builder, this.#epilogue.body)
  }

  /** Moves all pointers to the start of a tile. */
  moveTo(addressIn: (view: View) => Code): void {
    this.views.forEach((view, i) => {
      this.#builder.emit(this.#pointers[i].set(addressIn(view)))
    })
  }

  /** Moves each pointer by a number of elements. */
  advance(elements: (view: View) => number): void {
    this.views.forEach((view, i) => {
      this.#builder.emit(advance(this.#pointers[i], elements(view) * bytesPerElement))
    })
  }

  /**
   * Runs the epilogue on `width` neighbouring channels, at most eight, in one or two vectors. In an operand they are
   * `offset(view)` bytes plus `firstChannel` channels from the start of the tile.
   */
  write(
    result: (half: number) => Code,
    width: number,
    offset: (view: View) => number,
    firstChannel = 0,
  ): void {
    this.#body.write(this.#epilogue.stores, width, {
      addressOf: (view, half) => ({
        address: this.#pointers[indexOf(this.views, view)].get,
        offset: offset(view) + (firstChannel + half * laneCount) * channelBytes(view),
        stride: channelBytes(view),
      }),
      given: (_, half) => result(half),
    })
  }
}

/** Returns what a kernel's epilogue writes and reads. */
export function epilogueViews(kernel: CallKernel): readonly View[] {
  return operandsOf(epilogueOf(kernel))
}

/** Returns whether the channels of all operands are contiguous (or repeated), as the epilogue of a convolution requires. */
export function canBeEpilogue({ body, stores }: LoopKernel): boolean {
  const isCounting = body.some(({ name }) => name === 'iota')
  return (
    !isCounting &&
    operandsOf({ body, stores }).every(
      ({ strides }) => strides[channelAxis] >= 0 && strides[channelAxis] <= 1,
    )
  )
}

/** Returns the epilogue of a kernel; the default stores results unchanged. */
function epilogueOf({ epilogue, output }: CallKernel): Epilogue {
  return (
    epilogue ?? {
      body: [{ name: 'result', dtype: 'float32' }],
      stores: [{ register: 0, view: output }],
    }
  )
}

function operandsOf({ body, stores }: Epilogue): View[] {
  const operands: View[] = []
  const views = [
    ...stores.map(({ view }) => view),
    ...body.flatMap((instruction) => (instruction.name === 'load' ? [instruction.view] : [])),
  ]
  for (const view of views) if (indexOf(operands, view) < 0) operands.push(view)
  return operands
}

function indexOf(views: readonly View[], { value, offset, strides }: View): number {
  return views.findIndex(
    (other) => other.value === value && other.offset === offset && other.strides.join() === strides.join(),
  )
}

function channelBytes({ strides }: View): number {
  return strides[channelAxis] * bytesPerElement
}
