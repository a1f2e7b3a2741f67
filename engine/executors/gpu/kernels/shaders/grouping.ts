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
}

/** Returns undefined if the four channels that a thread computes may belong to several groups of several channels. */
export function groupingOf(
  groups: number,
  resultChannels: number,
  mapsChannels: number,
): Grouping | undefined {
  const resultPerGroup = resultChannels / groups
  const mapsPerGroup = mapsChannels / groups
  const isDepthwise = groups > 1 && resultPerGroup === 1 && mapsPerGroup === 1
  if (groups > 1 && !isDepthwise && resultPerGroup % 4 !== 0) return undefined
  const areAligned = groups === 1 || isDepthwise || mapsPerGroup % 4 === 0
  return { groups, resultPerGroup, mapsPerGroup, isDepthwise, areAligned }
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
