import type { Shape } from '../../../../shape.ts'
import { longestChain } from '../totals.ts'
import { suitableTiles } from './planeBlock.ts'
import { Planes } from './planes.ts'
import { type Block, TileGrid } from './tiles.ts'
import { transformLanes } from './transform.ts'
import type { Filtering } from './winograd.ts'

/**
 * How a weight gradient is divided among threads. Each chunk of the tiles has sums of its own, so the number of chunks changes
 * the bits of results, and depends on shapes only. Parts of the channels add the same numbers in the same order, so their
 * number may depend on the threads. But each part transforms the gradients anew.
 */
export interface Division {
  readonly block: Block
  /** The blocks of all chunks; those of one chunk, but the last may have fewer. */
  readonly blocks: number
  readonly blocksInChunk: number
  readonly chunks: number
  readonly parts: number
}

/** Tiles of a chunk that are worth its sums, which are written and read once more. */
const tilesInChunk = 512
const mostChunks = 8

/** There are as many units as this, whatever the number of channels, if there are enough tiles. */
const manyThreads = 16

/** Returns the division of gradient maps [N, K, H, W], for maps with this number of channels. */
export function divisionOf(
  filtering: Filtering,
  gradient: Shape,
  channels: number,
  threads: number,
): Division {
  const grid = new TileGrid(filtering, gradient)
  const block = grid.blocksOf(suitableTiles(new Planes(filtering), channels))
  const blocks = grid.total / block.tiles
  const worthwhile = Math.min(Math.floor(grid.total / tilesInChunk), mostChunks)
  const needed = Math.ceil(manyThreads / (channels / transformLanes))
  const blocksInChunk = Math.min(Math.ceil(blocks / Math.max(2, worthwhile, needed)), longestChain)
  const chunks = Math.ceil(blocks / blocksInChunk)
  return { block, blocks, blocksInChunk, chunks, parts: partsOf(channels, threads / chunks) }
}

/** Returns the fewest parts of the channels, but at least `wanted`, each a multiple of eight; or as many as there can be. */
function partsOf(channels: number, wanted: number): number {
  const eights = channels / transformLanes
  let parts = 1
  while (parts < eights && (parts < wanted || eights % parts !== 0)) parts++
  return parts
}
