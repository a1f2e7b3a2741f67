import { sizeOf } from '../../../shape.ts'
import { givenNumbers } from '../kernels/functions.ts'
import type { KernelSource } from '../kernels/writer.ts'
import type { Translation } from './translation.ts'

/** Threads per workgroup. */
const groupSize = 64

/** Workgroups along x: a power of two below WebGPU's limit of 65535. */
const groupsAlong = 2 ** 15

/** The WGSL of a launch, and its workgroups along x, y and z. */
export interface LaunchCode {
  readonly code: string
  readonly groups: readonly [number, number, number]
}

/** One of the kernels of a launch. */
export interface PartCode {
  readonly source: KernelSource
  readonly translation: Translation
  /** The binding of each of its arrays, and of its result at the end, counted from 0. */
  readonly bindings: readonly number[]
}

/** The names of the parameters that are numbers, in the order in which `numbersFor` gives them. */
const numberNames = Object.keys(givenNumbers)

/** The numbers that every launch has as parameters. */
export const launchNumbers: readonly number[] = Object.values(givenNumbers)

/**
 * Returns the WGSL of a launch of several kernels, which do not depend on each other: the first threads are those of the
 * first kernel, and so on. Each kernel starts at a workgroup of its own. With `placed`, a binding is a whole buffer, in
 * which arrays start where `params.places` says; otherwise it is the array itself.
 *
 *     threads   0 … 99  100 … 127  128 … 191
 *               part 0     idle      part 1
 */
export function launchCode(parts: readonly PartCode[], placed: boolean): LaunchCode {
  let groups = 0
  const starts = parts.map(({ source }) => {
    const start = groups
    groups += Math.ceil(sizeOf(source.threads) / groupSize)
    return start * groupSize
  })
  let slots = 0
  const bodies = parts.flatMap((part, i) => {
    const first = slots
    slots += part.bindings.length
    return partFunctions(part, i, placed ? first : undefined)
  })
  const bindings = 1 + Math.max(...parts.flatMap((part) => part.bindings))
  const members = [
    ...numberNames.map((name) => `user_${name} : f32,`),
    ...(placed ? [`places : array<vec4i, ${Math.ceil(slots / 4)}>,`] : []),
  ]
  const code = [
    `struct Params { ${members.join(' ')} }`,
    '@group(0) @binding(0) var<uniform> params : Params;',
    ...Array.from({ length: bindings }, (_, i) => {
      return `@group(0) @binding(${i + 1}) var<storage, read_write> b${i} : array<f32>;`
    }),
    'var<private> threadGid : vec3u;',
    `const LOOP_MAX : i32 = ${2 ** 30};`,
    ...new Set(parts.flatMap(({ translation }) => translation.functions)),
    ...bodies,
    `@compute @workgroup_size(${groupSize})`,
    'fn main(@builtin(workgroup_id) group : vec3u, @builtin(local_invocation_index) local : u32) {',
    `let thread = i32((group.x + group.y * ${groupsAlong}u) * ${groupSize}u + local);`,
    ...chosenPart(parts, starts, 0, parts.length),
    '}',
  ].join('\n')
  return { code, groups: [Math.min(groups, groupsAlong), Math.ceil(groups / groupsAlong), 1] }
}

/** Returns the functions of a part: those that read its arrays, and its body. `firstPlace` is that of its first array. */
function partFunctions(
  { source, translation, bindings }: PartCode,
  part: number,
  firstPlace: number | undefined,
): string[] {
  const indexOf = (array: number, index: string) => {
    if (firstPlace === undefined) return index
    const place = firstPlace + array
    return `params.places[${place >> 2}][${place & 3}] + ${index}`
  }
  const result = bindings.length - 1
  const body = translation.body
    .replaceAll(/\bget_user_a(\d+)\(/g, `get_${part}_a$1(`)
    .replaceAll(/\bresult\[/g, `b${bindings[result]}[${indexOf(result, '')}`)
  const getters = bindings.slice(0, -1).map((binding, array) => {
    return `fn get_${part}_a${array}(z : i32, y : i32, x : i32) -> f32 { return b${binding}[${indexOf(array, 'x')}]; }`
  })
  const [along] = source.threads
  const coordinates =
    source.threads.length === 1
      ? 'vec3u(u32(data_index), 0u, 0u)'
      : `vec3u(u32(data_index % ${along}), u32(data_index / ${along}), 0u)`
  return [...getters, `fn part${part}(data_index : i32) {\nthreadGid = ${coordinates};\n${body}\n}`]
}

/** Returns statements that run the part of a thread, one of the parts from `first` on and before `end`. */
function chosenPart(
  parts: readonly PartCode[],
  starts: readonly number[],
  first: number,
  end: number,
): string[] {
  if (end === first + 1) {
    const start = starts[first]
    return [
      `if (thread - ${start} < ${sizeOf(parts[first].source.threads)}) { part${first}(thread - ${start}); }`,
    ]
  }
  const middle = (first + end) >>> 1
  return [
    `if (thread < ${starts[middle]}) {`,
    ...chosenPart(parts, starts, first, middle),
    '} else {',
    ...chosenPart(parts, starts, middle, end),
    '}',
  ]
}
