import type { View } from '../../../../plan/view.ts'
import type { Code } from '../../assembler/encoding.ts'
import { i32, v128 } from '../../assembler/instructions.ts'
import type { FunctionBuilder, Local } from '../../assembler/module.ts'
import type { EpilogueWriter } from '../epilogue.ts'
import { bytesPerElement, laneCount } from '../lanes.ts'
import { advance, at } from '../pointers.ts'
import { Toucher } from './touch.ts'
import { storeBoth, Transform, transformLanes } from './transform.ts'
import type { Matrix } from './winograd.ts'

/** Tiles side by side, in maps stored channels last. */
export interface Strip {
  readonly tiles: number
  /** The pixels from one tile to the next. */
  readonly step: number
  readonly channels: number
}

/** Pointers to eight channels of one tile in all planes. */
export interface TilePointers {
  moveTo(tile: Local): void
  /** Moves to other channels of the same tile. */
  advance(bytes: number): void
  /** Returns where the element (p, q) of the transformed tile is. */
  positionOf(p: number, q: number): { readonly pointer: Local; readonly offset: number }
}

const eight = transformLanes * bytesPerElement

/** Loads one of two vectors side by side. */
function loadHalf({ get }: Local, offset: number, half: number) {
  return v128.load(get, offset + half * laneCount * bytesPerElement)
}

/**
 * Transforms strips of maps into planes, in two passes over whole rows, so that memory is read in order, and brings
 * into the cache what the next strip will read:
 *
 *     for each pixel of the strip, eight channels: halfway[rows, pixel] = M d[rows, pixel]
 *     for each tile, eight channels, row:          planes[row, columns] = halfway[row, the tile's pixels] Mᵀ
 *
 * Neighbouring tiles share the first pass where they overlap.
 */
export class StripTransform {
  readonly #builder: FunctionBuilder
  readonly #transform: Transform
  readonly #toucher: Toucher
  readonly #strip: Strip
  readonly #pixels: number

  constructor(builder: FunctionBuilder, matrix: Matrix, strip: Strip, relaxedSimd: boolean) {
    this.#builder = builder
    this.#transform = new Transform(builder, matrix, relaxedSimd)
    this.#toucher = new Toucher(builder)
    this.#strip = strip
    this.#pixels = pixelsOf(strip, matrix)
  }

  /** Emits the transform of the strip whose first pixel is at `from`, in a view of maps. `next` is that of the next strip. */
  emit({ strides }: View, from: Local, next: Code, halfway: Local, planes: TilePointers): void {
    const builder = this.#builder
    const { tiles, step, channels } = this.#strip
    const [, , rowBytes, pixelBytes] = strides.map((stride) => stride * bytesPerElement)
    const channelBytes = channels * bytesPerElement
    const halfwayRow = this.#pixels * channelBytes
    const [source, to] = [builder.local('i32'), builder.local('i32')]
    builder.emit(source.set(from.get), to.set(halfway.get))
    const isContiguous = pixelBytes === channelBytes
    const [runs, length] = isContiguous ? [1, this.#pixels * channels] : [this.#pixels, channels]
    builder.loop(runs, 1, () => {
      builder.loop(length / transformLanes, 1, () => {
        this.#transform.apply(
          (i, half) => loadHalf(source, i * rowBytes, half),
          (i, result) => storeBoth(builder, to, i * halfwayRow, result),
        )
        builder.emit(advance(source, eight), advance(to, eight))
      })
      if (!isContiguous) builder.emit(advance(source, pixelBytes - channelBytes))
    })
    const newRows = i32.add(next, i32.const((this.#transform.columns - step) * rowBytes))
    this.#toucher.touch(newRows, step, rowBytes, (this.#pixels - 1) * pixelBytes + channelBytes)
    builder.loop(tiles, 1, (tile) => {
      builder.emit(source.set(at(halfway.get, [tile, step * channelBytes])))
      planes.moveTo(tile)
      builder.loop(channels / transformLanes, 1, () => {
        for (let p = 0; p < this.#transform.rows; p++) {
          this.#transform.apply(
            (i, half) => loadHalf(source, p * halfwayRow + i * channelBytes, half),
            (q, result) => {
              const { pointer, offset } = planes.positionOf(p, q)
              storeBoth(builder, pointer, offset, result)
            },
          )
        }
        builder.emit(advance(source, eight))
        planes.advance(eight)
      })
    })
  }

  /** Emits the end of a kernel, after which nothing reads `halfway`. */
  end(halfway: Local): void {
    this.#toucher.end(halfway.get)
  }
}

/**
 * Transforms planes into strips of maps, whose rows are written in order:
 *
 *     for each tile, eight filters, column: halfway[rows, tile, column] = M products[rows, column]
 *     for each row, tile, eight filters:    y[row, the tile's pixels] = halfway[row, tile] Mᵀ
 */
export class InverseStripTransform {
  readonly #builder: FunctionBuilder
  readonly #transform: Transform
  readonly #strip: Strip

  constructor(builder: FunctionBuilder, matrix: Matrix, strip: Strip, relaxedSimd: boolean) {
    this.#builder = builder
    this.#transform = new Transform(builder, matrix, relaxedSimd)
    this.#strip = strip
  }

  /** Emits the transform into the strip at which the epilogue points. */
  emit(planes: TilePointers, halfway: Local, epilogue: EpilogueWriter): void {
    const builder = this.#builder
    const { tiles, step, channels } = this.#strip
    const { rows, columns } = this.#transform
    const channelBytes = channels * bytesPerElement
    const tileBytes = columns * channelBytes
    const [source, to] = [builder.local('i32'), builder.local('i32')]
    builder.loop(tiles, 1, (tile) => {
      planes.moveTo(tile)
      builder.emit(to.set(at(halfway.get, [tile, tileBytes])))
      builder.loop(channels / transformLanes, 1, () => {
        for (let q = 0; q < columns; q++) {
          this.#transform.apply(
            (p, half) => {
              const { pointer, offset } = planes.positionOf(p, q)
              return loadHalf(pointer, offset, half)
            },
            (row, result) => storeBoth(builder, to, row * tiles * tileBytes + q * channelBytes, result),
          )
        }
        planes.advance(eight)
        builder.emit(advance(to, eight))
      })
    })
    builder.emit(source.set(halfway.get))
    builder.loop(rows, 1, () => {
      builder.loop(tiles, 1, () => {
        builder.loop(channels / transformLanes, 1, () => {
          this.#transform.apply(
            (q, half) => loadHalf(source, q * channelBytes, half),
            (column, result) =>
              epilogue.write(result, transformLanes, ({ strides }) => column * strides[3] * bytesPerElement),
          )
          builder.emit(advance(source, eight))
          epilogue.advance(({ strides }) => transformLanes * strides[1])
        })
        builder.emit(advance(source, tileBytes - channelBytes))
        epilogue.advance(({ strides }) => step * strides[3] - channels * strides[1])
      })
      epilogue.advance(({ strides }) => strides[2] - tiles * step * strides[3])
    })
  }
}

/** Floats of the intermediate results of a strip that a matrix transforms into planes. */
export function halfwayFloats(matrix: Matrix, strip: Strip): number {
  return matrix.length * pixelsOf(strip, matrix) * strip.channels
}

/** The same for a strip that it transforms out of planes. */
export function inverseHalfwayFloats(matrix: Matrix, { tiles, channels }: Strip): number {
  return matrix.length * tiles * matrix[0].length * channels
}

function pixelsOf({ tiles, step }: Strip, [{ length: inputs }]: Matrix): number {
  return (tiles - 1) * step + inputs
}
