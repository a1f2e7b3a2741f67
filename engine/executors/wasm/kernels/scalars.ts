import type { DType } from '../../../dtype.ts'
import type { ScalarName } from '../../../primitiveNames.ts'
import type { BinaryName, UnaryName } from '../../../scalarFunctions.ts'
import type { Code } from '../assembler/encoding.ts'
import { control, f32, f32x4, f64, i32, i32x4, v128 } from '../assembler/instructions.ts'
import type { FunctionBuilder, Local } from '../assembler/module.ts'
import { hostIndex } from '../hostFunctions.ts'
import { laneCount } from './lanes.ts'
import { expLanes, logLanes } from './transcendental.ts'

/** An operand: its register, and the type that says how its lanes are to be read. */
export interface Lanes {
  readonly register: Local
  readonly dtype: DType
}

type Emit = (builder: FunctionBuilder, operands: readonly Lanes[]) => Code
type Binary = (a: Code, b: Code) => Code

/** One vector instruction for floats, and maybe another for integers. */
const one =
  (float: (a: Code) => Code, integer = float): Emit =>
  (_, [a]) =>
    (a.dtype === 'float32' ? float : integer)(a.register.get)
const two =
  (float: Binary, integer = float): Emit =>
  (_, [a, b]) =>
    (a.dtype === 'float32' ? float : integer)(a.register.get, b.register.get)

/** Calls a function's definition on the host, lane by lane. */
function callHost(name: UnaryName | BinaryName, operands: readonly Lanes[]): Code {
  let result: Code = v128.zero
  for (let lane = 0; lane < laneCount; lane++) {
    const scalars = operands.map(({ register }) => f64.promote_f32(f32x4.extract_lane(register.get, lane)))
    result = f32x4.replace_lane(result, lane, f32.demote_f64(control.call(hostIndex(name), ...scalars)))
  }
  return result
}

const splatFloat = (value: number): Code => f32x4.splat(f32.const(value))

/** Vector code for every scalar function, or `'host'` for its definition in JavaScript; a missing one does not compile. */
const emitters: Record<UnaryName | BinaryName, Emit | 'host'> = {
  negate: one(f32x4.neg, i32x4.neg),
  abs: one(f32x4.abs, i32x4.abs),
  floor: one(f32x4.floor),
  ceil: one(f32x4.ceil),
  round: one(f32x4.nearest),
  sqrt: one(f32x4.sqrt),
  exp: (builder, [a]) => expLanes(builder, a.register.get),
  log: (builder, [a]) => logLanes(builder, a.register.get),
  expm1: 'host',
  log1p: 'host',
  sin: 'host',
  cos: 'host',
  asin: 'host',
  acos: 'host',
  atan: 'host',
  sinh: 'host',
  cosh: 'host',
  tanh: 'host',
  erf: 'host',
  logicalNot: one(v128.not),
  add: two(f32x4.add, i32x4.add),
  subtract: two(f32x4.sub, i32x4.sub),
  multiply: two(f32x4.mul, i32x4.mul),
  divide: two(f32x4.div),
  remainder: 'host',
  power: 'host',
  atan2: 'host',
  maximum: two(f32x4.max, i32x4.max_s),
  minimum: two(f32x4.min, i32x4.min_s),
  less: two(f32x4.lt, i32x4.lt_s),
  lessEqual: two(f32x4.le, i32x4.le_s),
  equal: two(f32x4.eq, i32x4.eq),
  logicalAnd: two(v128.and),
  logicalOr: two(v128.or),
}

function selectLanes([condition, a, b]: readonly Lanes[]): Code {
  return v128.bitselect(a.register.get, b.register.get, condition.register.get)
}

function castLanes({ register, dtype: from }: Lanes, to: DType): Code {
  const value = register.get
  if (to === 'bool') return from === 'float32' ? f32x4.ne(value, splatFloat(0)) : i32x4.ne(value, v128.zero)
  if (from === 'bool') {
    return v128.and(value, to === 'float32' ? splatFloat(1) : i32x4.splat(i32.const(1)))
  }
  if (from === to) return value
  return to === 'float32' ? f32x4.convert_i32x4_s(value) : i32x4.trunc_sat_f32x4_s(value)
}

/** Four lanes of an elementwise operation. May emit statements that its result depends on. */
export function emitElementwise(
  builder: FunctionBuilder,
  name: ScalarName,
  operands: readonly Lanes[],
  dtype: DType,
): Code {
  if (name === 'cast') return castLanes(operands[0], dtype)
  if (name === 'where') return selectLanes(operands)
  const emit = emitters[name]
  return emit === 'host' ? callHost(name, operands) : emit(builder, operands)
}

/** Four lanes of a constant. */
export function emitLiteral(value: number, dtype: DType): Code {
  if (dtype === 'float32') return splatFloat(value)
  return i32x4.splat(i32.const(dtype === 'bool' ? (value === 0 ? 0 : -1) : value))
}
