import type { Code } from '../assembler/encoding.ts'
import { i32 } from '../assembler/instructions.ts'
import type { Local } from '../assembler/module.ts'

/** Moves a pointer by so many bytes. */
export function advance(pointer: Local, bytes: number): Code {
  return bytes === 0 ? [] : pointer.set(i32.add(pointer.get, i32.const(bytes)))
}

/** `base` and so many bytes for each count of some counters. */
export function at(base: Code, ...counts: readonly (readonly [{ readonly get: Code }, number])[]): Code {
  return counts.reduce((sum, [counter, bytes]) => i32.add(sum, i32.mul(counter.get, i32.const(bytes))), base)
}
