import type { Shape } from '../../../../shape.ts'
import type { ShaderWriter } from './shader.ts'
import { sumOf } from './statements.ts'

/** How the channels of the result of a convolution, or of its transpose, depend on those of the maps that it reads. */
export interface Grouping {
  readonly groups: number
  /** Channels of the result, and of the maps. */
  readonly resultPerGroup: number
  readonly mapsPerGroup: number
  /** Whether each group is a single channel. */
  readonly isDepthwise: boolean
  /** Whether four neighbouring channels that a thread reads always start at a multiple of four. */
  readonly areAligned: boolean
  /**
   * Whether groups of several channels of the result do not divide into fours. The last four of a group then reach beyond
   * it, and those outside are not stored:
   *
   *     groups of 6    0 1 2 3 4 5   6 7 8 9 10 11
   *     threads        0 0 0 0 1 1   2 2 2 2  3  3
   */
  readonly isRagged: boolean
  /** The number of threads for all channels of the result, each of which computes up to four. */
  readonly fours: number
}

export function groupingOf(groups: number, resultChannels: number, mapsChannels: number): Grouping {
  const resultPerGroup = resultChannels / groups
  const mapsPerGroup = mapsChannels / groups
  const isDepthwise = groups > 1 && resultPerGroup === 1 && mapsPerGroup === 1
  const isRagged = groups > 1 && !isDepthwise && resultPerGroup % 4 !== 0
  const fours = isRagged ? groups * Math.ceil(resultPerGroup / 4) : Math.ceil(resultChannels / 4)
  const areAligned = groups === 1 || isDepthwise || mapsPerGroup % 4 === 0
  return { groups, resultPerGroup, mapsPerGroup, isDepthwise, areAligned, isRagged, fours }
}

/** Returns the first channel of thread number `four`. */
export function firstChannel(
  writer: ShaderWriter,
  { resultPerGroup, isRagged }: Grouping,
  four: string,
): string {
  if (!isRagged) return writer.constant(`${four}*4`)
  const perGroup = Math.ceil(resultPerGroup / 4)
  return writer.constant(`${four} / ${perGroup} * ${resultPerGroup} + ${four} % ${perGroup} * 4`)
}

/** Returns the end of the channels that a thread stores; `undefined` if it is that of all channels. */
export function endOfOwn({ resultPerGroup, isRagged }: Grouping, own: OwnGroup): string | undefined {
  return isRagged ? `${own.firstOfResult}+${resultPerGroup}` : undefined
}

/** The group of the four channels of the result that a thread computes. */
export interface OwnGroup {
  readonly firstOfResult: string
  readonly firstOfMaps: string
}

/** Returns the first channels of the group that channel `channel` of the result belongs to. */
export function ownGroup(
  writer: ShaderWriter,
  { groups, resultPerGroup, mapsPerGroup }: Grouping,
  channel: string,
): OwnGroup {
  if (groups === 1) return { firstOfResult: '0', firstOfMaps: '0' }
  const group = writer.constant(`${channel} / ${resultPerGroup}`, 'g')
  return {
    firstOfResult: writer.constant(`${group}*${resultPerGroup}`, 'g'),
    firstOfMaps: writer.constant(`${group}*${mapsPerGroup}`, 'g'),
  }
}

/**
 * Returns where weights [channels of the result, channels of the maps, …] have the weight of channel `channel` of the result
 * and channel `c` of its group. The weights of a convolution count all channels of the result, and of the maps those of a
 * group; those of its transpose the other way round.
 */
export function weightAt(
  { firstOfResult, firstOfMaps }: OwnGroup,
  shape: Shape,
  resultChannels: number,
  channel: string,
  c: string,
): [string, string] {
  if (shape[0] === resultChannels) return [channel, c]
  return [firstOfResult === '0' ? channel : `${channel}-${firstOfResult}`, sumOf(firstOfMaps, c)]
}
