import type { View } from '../../../../plan/view.ts'
import { sizeOf } from '../../../../shape.ts'
import { offsetOf, Statements, sumOf } from './statements.ts'

/** A kernel in WGSL, and the workgroups that it runs in along x, y and z. */
export interface Shader {
  readonly code: string
  readonly groups: readonly [number, number, number]
}

/** An operand, and the axes along which the kernel would read four neighbours at once. */
export interface Operand {
  readonly view: View
  readonly axes: readonly number[]
}

/** The result, and the axis along which the kernel stores four neighbours at once. */
export interface Result {
  readonly view: View
  readonly axis: number
  /** Whether four neighbours may start anywhere, so that each is stored by itself. */
  readonly isRagged?: boolean
}

/** Zeros that compilers do not recognize: they fold a product with the literal 0 to 0, even of infinity or NaN. */
export const zeros = 'zeros'

/** Threads per workgroup. */
const groupSize = 64

/** Workgroups along x: a power of two below WebGPU's limit of 65535. */
const groupsAlong = 2 ** 15

/**
 * Writes a kernel in WGSL, which has what GPU.js's source has not: integers, and loads of four neighbouring floats. Its
 * arrays `a0`, `a1`, … and `result` are bound as GPU.js binds them. Coordinates are expressions of integers.
 */
export class ShaderWriter extends Statements {
  readonly #values: readonly number[]
  readonly #output: Result
  /** The values that are bound as arrays of vectors. */
  readonly #vectors: ReadonlySet<number>
  #threads = 1

  /** `values`: those of the kernel's array parameters. */
  constructor(values: readonly number[], operands: readonly Operand[], output: Result) {
    super()
    this.#values = values
    this.#output = output
    const areVectors = ({ view, axes }: Operand) => axes.some((axis) => isVectorAlong(view, axis))
    this.#vectors = new Set(
      values.filter((value) =>
        operands.every((operand) => operand.view.value !== value || areVectors(operand)),
      ),
    )
  }

  /** Runs a thread for each element of this shape, and returns the coordinates of a thread. */
  threadsOver(lengths: readonly number[]): string[] {
    this.#threads = sizeOf(lengths)
    return this.coordinatesOf('thread', lengths)
  }

  /** Whether `vectorAt` reads four neighbours along this axis at once. */
  readsVectors(view: View, axis: number): boolean {
    return this.#vectors.has(view.value) && isVectorAlong(view, axis)
  }

  /** Returns the element at these coordinates. Beyond the end of the buffer it is any number. */
  elementAt(view: View, coordinates: readonly string[]): string {
    const array = `a${this.#values.indexOf(view.value)}`
    const offset = offsetIn(view, coordinates)
    return this.#vectors.has(view.value) ? `${array}[(${offset})>>2u][(${offset})&3]` : `${array}[${offset}]`
  }

  /** Returns the first `width` elements along an axis from these coordinates, filled up with zeros. */
  vectorAt(view: View, axis: number, coordinates: readonly string[], width = 4): string {
    if (width === 4 && this.readsVectors(view, axis)) {
      return `a${this.#values.indexOf(view.value)}[(${offsetIn(view, coordinates)})>>2u]`
    }
    const elements = [0, 1, 2, 3].map((i) =>
      i < width ? this.elementAt(view, coordinates.with(axis, sumOf(coordinates[axis], i))) : '0',
    )
    return `vec4f(${elements.join()})`
  }

  /** Stores the elements of a vector along the output's axis, up to `end` or the end of the axis. */
  store(coordinates: readonly string[], vector: string, end?: string): void {
    const { view, axis } = this.#output
    if (storesVectors(this.#output)) {
      this.write(`result[(${offsetIn(view, coordinates)})>>2u] = ${vector};`)
      return
    }
    for (const i of [0, 1, 2, 3]) {
      const coordinate = sumOf(coordinates[axis], i)
      this.when([`${coordinate} < ${end ?? view.shape[axis]}`], () => {
        this.write(`result[${offsetIn(view, coordinates.with(axis, coordinate))}] = ${vector}[${i}];`)
      })
    }
  }

  finish(): Shader {
    const arrayOf = (isVector: boolean) => (isVector ? 'array<vec4f>' : 'array<f32>')
    const bindings = this.#values.map(
      (value, i) =>
        `@group(0) @binding(${i + 1}) var<storage, read> a${i} : ${arrayOf(this.#vectors.has(value))};`,
    )
    const groups = Math.ceil(this.#threads / groupSize)
    const code = [
      ...bindings,
      `@group(0) @binding(${this.#values.length + 1}) var<storage, read_write> result : ${arrayOf(storesVectors(this.#output))};`,
      `@compute @workgroup_size(${groupSize})`,
      'fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_index) local : u32) {',
      `let thread = i32((group.x + group.y * ${groupsAlong}u) * ${groupSize}u + local);`,
      `if (thread >= ${this.#threads}) { return; }`,
      `let ${zeros} = vec4f(f32(min(thread, 0)));`,
      ...this.lines,
      '}',
    ].join('\n')
    return { code, groups: [Math.min(groups, groupsAlong), Math.ceil(groups / groupsAlong), 1] }
  }
}

function storesVectors({ view, axis, isRagged = false }: Result): boolean {
  return !isRagged && isVectorAlong(view, axis)
}

/** Whether every fourth element along the axis starts a vector of a buffer that is an array of vectors. */
function isVectorAlong({ shape, strides, offset }: View, axis: number): boolean {
  if (strides[axis] !== 1 || shape[axis] % 4 !== 0 || offset % 4 !== 0) return false
  return shape.every((length, other) => other === axis || length === 1 || strides[other] % 4 === 0)
}

function offsetIn({ offset, strides }: View, coordinates: readonly string[]): string {
  return offsetOf(offset, strides, coordinates)
}
