import { type LoopKernel, valuesRead, valuesWritten } from '../../../../plan/kernels.ts'
import type { ShaderArray } from './arrays.ts'
import { isVector, type LoopOperand, type VectorNest, vectorNest } from './loopOperands.ts'
import { type LoopCode, LoopWriter } from './loopWriter.ts'
import { groupSize, teamsOf } from './team.ts'

/** A fused loop in WGSL. Where its arrays are is only known when it is launched. */
export interface LoopShader {
  /** Label for profiling; not unique. */
  readonly name: 'loop' | 'fold'
  /** The values of its arrays: those that it reads, and its results. */
  readonly values: readonly number[]
  /** Those that are read and written only four aligned neighbours at a time. */
  readonly vectors: ReadonlySet<number>
  /** The number of teams of threads, and of workgroups. */
  readonly count: number
  readonly groups: number
  /** Whether the threads of a group need an array `team` of a vector for each. */
  readonly hasTeams: boolean
  /** Returns the statements of thread number `local` of workgroup number `group`, with the `count` of teams. */
  write(arrayOf: (value: number) => ShaderArray): LoopCode
}

/** Returns the shader of a loop with all its stores and folds. */
export function loopShader(kernel: LoopKernel): LoopShader {
  const nest = vectorNest(kernel)
  const teams = teamsOf(nest)
  return {
    name: kernel.folds.length > 0 ? 'fold' : 'loop',
    values: [...new Set([...valuesRead(kernel), ...valuesWritten(kernel)])],
    vectors: vectorsOf(kernel, nest),
    count: teams.count,
    groups: Math.ceil((teams.count * teams.members) / groupSize),
    hasTeams: teams.members > 1,
    write: (arrayOf) => new LoopWriter(kernel, nest, teams, arrayOf).code(),
  }
}

function vectorsOf({ body, stores, folds }: LoopKernel, nest: VectorNest): ReadonlySet<number> {
  if (nest.width === 1) return new Set()
  const operands: (readonly [value: number, operand: LoopOperand])[] = [
    ...body.flatMap((instruction, register) =>
      instruction.name === 'load' ? [[instruction.view.value, nest.read.get(register)!] as const] : [],
    ),
    ...stores.map(({ view }, i) => [view.value, nest.stored[i]] as const),
    ...folds.map(({ view }, i) => [view.value, nest.folded[i]] as const),
  ]
  const others = new Set(operands.flatMap(([value, operand]) => (isVector(operand) ? [] : [value])))
  return new Set(operands.flatMap(([value]) => (others.has(value) ? [] : [value])))
}
