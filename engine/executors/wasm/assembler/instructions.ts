/**
 * Instructions, named as in the WebAssembly specification. Each function takes the code of its operands and returns the
 * code of the whole expression, so kernels read like the formulas they compute.
 */
import { type Code, float32, signed, unsigned } from './encoding.ts'

type Unary = (a: Code) => Code
type Binary = (a: Code, b: Code) => Code
type Ternary = (a: Code, b: Code, c: Code) => Code

const simd = (opcode: number): Code => [0xfd, unsigned(opcode)]
const unary =
  (opcode: Code): Unary =>
  (a) => [a, opcode]
const binary =
  (opcode: Code): Binary =>
  (a, b) => [a, b, opcode]
const ternary =
  (opcode: Code): Ternary =>
  (a, b, c) => [a, b, c, opcode]

/** `align` is the base-2 logarithm of the assumed alignment. */
const load =
  (opcode: Code, align = 2) =>
  (pointer: Code, offset = 0): Code => [pointer, opcode, align, unsigned(offset)]
const store =
  (opcode: Code, align = 2) =>
  (pointer: Code, value: Code, offset = 0): Code => [pointer, value, opcode, align, unsigned(offset)]

export const i32 = {
  const: (value: number): Code => [0x41, signed(value)],
  eq: binary(0x46),
  ne: binary(0x47),
  lt_u: binary(0x49),
  gt_s: binary(0x4a),
  add: binary(0x6a),
  sub: binary(0x6b),
  mul: binary(0x6c),
  div_u: binary(0x6e),
  rem_u: binary(0x70),
  and: binary(0x71),
  or: binary(0x72),
  xor: binary(0x73),
  shr_u: binary(0x76),
  rotl: binary(0x77),
  load: load(0x28),
  store: store(0x36),
}

export const f32 = {
  const: (value: number): Code => [0x43, float32(value)],
  eq: binary(0x5b),
  ne: binary(0x5c),
  gt: binary(0x5e),
  add: binary(0x92),
  load: load(0x2a),
  store: store(0x38),
  demote_f64: unary(0xb6),
}

export const f64 = {
  add: binary(0xa0),
  load: load(0x2b),
  store: store(0x39),
  promote_f32: unary(0xbb),
}

export const v128 = {
  load: load(simd(0x00)),
  load32_splat: load(simd(0x09)),
  store: store(simd(0x0b)),
  zero: [simd(0x0c), new Array<number>(16).fill(0)] as Code,
  load_lane: (pointer: Code, value: Code, lane: number, offset = 0): Code => [
    pointer,
    value,
    simd(0x56),
    2,
    unsigned(offset),
    lane,
  ],
  store_lane: (pointer: Code, value: Code, lane: number, offset = 0): Code => [
    pointer,
    value,
    simd(0x5a),
    2,
    unsigned(offset),
    lane,
  ],
  not: unary(simd(0x4d)),
  and: binary(simd(0x4e)),
  or: binary(simd(0x50)),
  bitselect: ternary(simd(0x52)),
  any_true: unary(simd(0x53)),
}

export const i8x16 = {
  /** Selects bytes of two vectors: 0 to 15 are those of the first, 16 to 31 those of the second. */
  shuffle: (a: Code, b: Code, bytes: readonly number[]): Code => [a, b, simd(0x0d), [...bytes]],
}

export const i32x4 = {
  splat: unary(simd(0x11)),
  extract_lane: (value: Code, lane: number): Code => [value, simd(0x1b), lane],
  const: (a: number, b: number, c: number, d: number): Code => [
    simd(0x0c),
    [...new Uint8Array(new Int32Array([a, b, c, d]).buffer)],
  ],
  eq: binary(simd(0x37)),
  ne: binary(simd(0x38)),
  lt_s: binary(simd(0x39)),
  le_s: binary(simd(0x3d)),
  abs: unary(simd(0xa0)),
  neg: unary(simd(0xa1)),
  shl: binary(simd(0xab)),
  shr_s: binary(simd(0xac)),
  add: binary(simd(0xae)),
  sub: binary(simd(0xb1)),
  mul: binary(simd(0xb5)),
  min_s: binary(simd(0xb6)),
  max_s: binary(simd(0xb8)),
  trunc_sat_f32x4_s: unary(simd(0xf8)),
}

export const f32x4 = {
  splat: unary(simd(0x13)),
  extract_lane: (value: Code, lane: number): Code => [value, simd(0x1f), lane],
  replace_lane: (value: Code, lane: number, scalar: Code): Code => [value, scalar, simd(0x20), lane],
  eq: binary(simd(0x41)),
  ne: binary(simd(0x42)),
  lt: binary(simd(0x43)),
  le: binary(simd(0x45)),
  ceil: unary(simd(0x67)),
  floor: unary(simd(0x68)),
  nearest: unary(simd(0x6a)),
  abs: unary(simd(0xe0)),
  neg: unary(simd(0xe1)),
  sqrt: unary(simd(0xe3)),
  add: binary(simd(0xe4)),
  sub: binary(simd(0xe5)),
  mul: binary(simd(0xe6)),
  div: binary(simd(0xe7)),
  min: binary(simd(0xe8)),
  max: binary(simd(0xe9)),
  pmin: binary(simd(0xea)),
  pmax: binary(simd(0xeb)),
  convert_i32x4_s: unary(simd(0xfa)),
  /** a·b + c, rounded once or twice, depending on the hardware (relaxed SIMD). */
  relaxed_madd: ternary(simd(0x105)),
  /** Lanes 0 and 1 rounded to float32; lanes 2 and 3 are zero. */
  demote_f64x2_zero: unary(simd(0x5e)),
}

export const f64x2 = {
  extract_lane: (value: Code, lane: number): Code => [value, simd(0x21), lane],
  add: binary(simd(0xf0)),
  /** Lanes 0 and 1 as float64. */
  promote_low_f32x4: unary(simd(0x5f)),
}

export const memory = {
  fill: (pointer: Code, byte: Code, length: Code): Code => [pointer, byte, length, 0xfc, 11, 0],
}

export const control = {
  /** do { body } while (condition) */
  doWhile: (body: Code, condition: Code): Code => [0x03, 0x40, body, condition, 0x0d, 0, 0x0b],
  if: (condition: Code, body: Code, otherwise?: Code): Code => [
    condition,
    0x04,
    0x40,
    body,
    otherwise === undefined ? [] : [0x05, otherwise],
    0x0b,
  ],
  call: (index: number, ...operands: Code[]): Code => [operands, 0x10, unsigned(index)],
}
