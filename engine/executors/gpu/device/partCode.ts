import { sizeOf } from '../../../shape.ts'
import { libraryOf } from '../kernels/library.ts'
import type { ShaderArray } from '../kernels/shaders/arrays.ts'
import type { LoopShader } from '../kernels/shaders/loop.ts'
import { groupSize } from '../kernels/shaders/team.ts'
import type { KernelSource } from '../kernels/writer.ts'
import type { Translator } from './translation.ts'

/** A part of a launch in WGSL. */
export interface PartCode {
  /** The values of its arrays. */
  readonly values: readonly number[]
  /** The values whose arrays may be bound as arrays of vectors. */
  readonly vectors: ReadonlySet<number>
  /** How often its code runs: its threads, or teams of them. */
  readonly count: number
  readonly groups: number
  readonly hasTeams: boolean
  /** Returns the code, which does not depend on the count, so that parts may share it. */
  write(arrayOf: (value: number) => ShaderArray): PartFunctions
}

export interface PartFunctions {
  /** Functions, each as a text. */
  readonly called: readonly string[]
  /** Functions of its own, whose names start with `PART`. */
  readonly own: readonly string[]
  /** The statements of thread number `local` of workgroup number `group`, with the `count` of the part. */
  readonly statements: readonly string[]
}

/** A kernel that GPU.js translates, and the value that it computes. */
export function translatedPart(source: KernelSource, result: number, translator: Translator): PartCode {
  const { values, threads } = source
  const count = sizeOf(threads)
  const [along] = threads
  const coordinates =
    threads.length === 1
      ? 'vec3u(u32(data_index), 0u, 0u)'
      : `vec3u(u32(data_index % ${along}), u32(data_index / ${along}), 0u)`
  return {
    values: [...values, result],
    vectors: new Set(),
    count,
    groups: Math.ceil(count / groupSize),
    hasTeams: false,
    write(arrayOf) {
      const { body, functions } = translator.translate(source)
      return {
        called: functions,
        own: values.map((value, i) => {
          const element = arrayOf(value).element('x')
          return `fn PART_a${i}(entry : i32, x : i32) -> f32 { return ${element}; }`
        }),
        statements: [
          `let data_index = group*${groupSize}+local;`,
          'if (data_index >= count) { return; }',
          `threadGid = ${coordinates};`,
          body
            .replaceAll(/\bget_user_a(\d+)\(0, 0, /g, 'PART_a$1(entry, ')
            .replaceAll(/\bresult\[([^\]]*)\]/g, (_, offset) => arrayOf(result).element(offset)),
        ],
      }
    },
  }
}

/** A loop, whose functions GPU.js translates. */
export function loopPart(loop: LoopShader, translator: Translator): PartCode {
  return {
    ...loop,
    write(arrayOf) {
      const { statements, functions } = loop.write(arrayOf)
      const names = [...functions]
      const called = names.length === 0 ? [] : translator.translate(libraryOf(names)).functions
      return { called, own: [], statements }
    },
  }
}
