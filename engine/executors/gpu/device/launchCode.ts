import { givenNumbers } from '../kernels/functions.ts'
import { ShaderArray } from '../kernels/shaders/arrays.ts'
import { groupSize } from '../kernels/shaders/team.ts'
import type { PartCode } from './partCode.ts'

/** Workgroups along x: a power of two below WebGPU's limit of 65535. */
const groupsAlong = 2 ** 15

/** The WGSL of a launch, and its workgroups along x, y and z. */
export interface LaunchCode {
  readonly code: string
  readonly groups: readonly [number, number, number]
}

/** The names of the parameters that are numbers. */
const numberNames = Object.keys(givenNumbers).map((name) => `user_${name} : f32,`)

/** The numbers that every launch has as parameters. */
export const launchNumbers: readonly number[] = Object.values(givenNumbers)

/** Returns the WGSL of a launch of one part, whose arrays are bound in the order of its values. */
export function singleCode(part: PartCode): LaunchCode {
  const { values, vectors, count, groups } = part
  const { called, own, statements } = part.write(
    (value) => new ShaderArray({ name: `b${values.indexOf(value)}`, isVectors: vectors.has(value) }),
  )
  return moduleOf({
    parameters: numberNames,
    arrays: values.map((value) => (vectors.has(value) ? 'array<vec4f>' : 'array<f32>')),
    hasTeams: part.hasTeams,
    functions: [...called, ...own],
    groups,
    statements: ['let entry = 0;', `let count = ${count};`, ...statements],
  })
}

/** A launch of several parts. */
export interface JoinedCode extends LaunchCode {
  /** The entries of its table: a part, and the first of its workgroups. */
  readonly entries: readonly { readonly part: number; readonly start: number }[]
}

/**
 * Returns the WGSL of a launch of several parts, which do not depend on each other. It binds whole buffers; `buffersOf` are
 * those that the arrays of each part are in. Each part has its own workgroups, and an entry in a table that is a parameter: its
 * first workgroup, its count, and the places of its arrays. So parts that do the same share their code, such as the updates of
 * all weights:
 *
 *     groups    0 1 2   3   4   5 6 7   8
 *     part      0 0 0   2   3   1 1 1   4
 *     function  f0      f0  f0  f1      f1
 */
export function joinedCode(
  parts: readonly PartCode[],
  buffersOf: readonly (readonly number[])[],
  buffers: number,
): JoinedCode {
  /** The parts of each function, by its text. */
  const sharing = new Map<string, number[]>()
  const called = new Set<string>()
  parts.forEach((part, i) => {
    const functions = part.write((value) => {
      const array = part.values.indexOf(value)
      return new ShaderArray({
        name: `b${buffersOf[i][array]}`,
        start: `table(entry+${2 + array})`,
        isVectors: false,
      })
    })
    for (const text of functions.called) called.add(text)
    const text = [
      ...functions.own,
      'fn PART(entry : i32, group : i32, local : i32) {',
      'let count = table(entry+1);',
      ...functions.statements,
      '}',
    ].join('\n')
    const others = sharing.get(text)
    if (others === undefined) sharing.set(text, [i])
    else others.push(i)
  })
  const entries: { part: number; start: number }[] = []
  let groups = 0
  let position = 0
  const runs = [...sharing.values()].map((members, f): Run => {
    const run = {
      name: `f${f}`,
      start: groups,
      entry: position,
      length: members.length,
      size: 2 + parts[members[0]].values.length,
    }
    for (const part of members) {
      entries.push({ part, start: groups })
      groups += parts[part].groups
      position += run.size
    }
    return run
  })
  const code = moduleOf({
    parameters: [...numberNames, `table : array<vec4i, ${Math.ceil(position / 4)}>,`],
    arrays: Array.from({ length: buffers }, () => 'array<f32>'),
    hasTeams: parts.some(({ hasTeams }) => hasTeams),
    functions: [
      'fn table(i : i32) -> i32 { return params.table[i >> 2u][i & 3]; }',
      ...called,
      ...[...sharing.keys()].map((text, f) => text.replaceAll('PART', `f${f}`)),
    ],
    groups,
    statements: chosenRun(runs),
  })
  return { ...code, entries }
}

/** Parts that share a function: their entries in the table follow each other. */
interface Run {
  readonly name: string
  /** The first of their workgroups. */
  readonly start: number
  /** Where their first entry is, how many there are, and how large each is. */
  readonly entry: number
  readonly length: number
  readonly size: number
}

/** Returns statements that run a group of one of the runs. */
function chosenRun(runs: readonly Run[]): string[] {
  if (runs.length > 1) {
    const middle = runs.length >>> 1
    return [
      `if (group < ${runs[middle].start}) {`,
      ...chosenRun(runs.slice(0, middle)),
      '} else {',
      ...chosenRun(runs.slice(middle)),
      '}',
    ]
  }
  const [{ name, entry, length, size }] = runs
  const call = (at: string) => `${name}(${at}, group - table(${at}), local);`
  if (length === 1) return [call(String(entry))]
  return [
    'var low = 0;',
    `var high = ${length};`,
    'while (low + 1 < high) {',
    'let middle = (low + high) / 2;',
    `if (group < table(${entry} + middle*${size})) { high = middle; } else { low = middle; }`,
    '}',
    `let entry = ${entry} + low*${size};`,
    call('entry'),
  ]
}

function moduleOf(module: {
  readonly parameters: readonly string[]
  readonly arrays: readonly string[]
  readonly hasTeams: boolean
  readonly functions: readonly string[]
  readonly groups: number
  /** Those of thread number `local` of workgroup number `group`. */
  readonly statements: readonly string[]
}): LaunchCode {
  const { parameters, arrays, hasTeams, functions, groups, statements } = module
  const code = [
    `struct Params { ${parameters.join(' ')} }`,
    '@group(0) @binding(0) var<uniform> params : Params;',
    ...arrays.map((type, i) => `@group(0) @binding(${i + 1}) var<storage, read_write> b${i} : ${type};`),
    'var<private> threadGid : vec3u;',
    ...(hasTeams ? [`var<workgroup> team : array<vec4f, ${groupSize}>;`] : []),
    `const LOOP_MAX : i32 = ${2 ** 30};`,
    ...functions,
    `@compute @workgroup_size(${groupSize})`,
    'fn main(@builtin(workgroup_id) at : vec3u, @builtin(local_invocation_index) index : u32) {',
    `let group = i32(at.x + at.y * ${groupsAlong}u);`,
    'let local = i32(index);',
    `if (group >= ${groups}) { return; }`,
    ...statements,
    '}',
  ].join('\n')
  return { code, groups: [Math.min(groups, groupsAlong), Math.ceil(groups / groupsAlong), 1] }
}
