import type { Refuse } from '../../base/files/refusal.ts'

/** The header of the frame, and the number of scans that decode it. */
export interface JpegFrame {
  readonly width: number
  readonly height: number
  readonly components: number
  readonly scans: number
}

/** Markers without a segment; all others are followed by the length of theirs. */
const startOfImage = 0xd8
const endOfImage = 0xd9
const temporary = 0x01
const isRestart = (marker: number) => marker >= 0xd0 && marker <= 0xd7

const startOfScan = 0xda

/** 0xc0 … 0xcf, except three that hold tables or are unused. */
const isFrame = (marker: number) =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc

/**
 * Walks the segments of a JPEG file (ITU T.81, B.1.1). A marker is one or more bytes 0xff and a code; most are followed
 * by a segment that begins with its 16-bit length. The header of a scan is followed by entropy-coded data, in which
 * 0xff is followed by 0 or a restart marker. Throws unless there is exactly one frame.
 */
export function frameOf(bytes: Uint8Array, refuse: Refuse): JpegFrame {
  const damaged = (problem: string) => refuse(`it is truncated or damaged (${problem})`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let frame: Omit<JpegFrame, 'scans'> | undefined
  let scans = 0
  let at = 2
  while (true) {
    if (bytes[at] !== 0xff) damaged(`no marker at byte ${at}`)
    while (bytes[at] === 0xff) at++
    const marker = bytes[at++]
    if (marker === endOfImage) break
    if (marker === temporary || isRestart(marker)) continue
    if (marker === undefined || marker === 0 || marker === startOfImage)
      damaged(`no marker at byte ${at - 1}`)
    const length = at + 2 <= bytes.length ? view.getUint16(at) : 0
    if (length < 2 || at + length > bytes.length) damaged(`no whole segment at byte ${at}`)
    if (isFrame(marker)) {
      if (frame !== undefined) damaged('a second frame')
      if (length < 8) damaged('its frame has no header')
      frame = { height: view.getUint16(at + 3), width: view.getUint16(at + 5), components: bytes[at + 7] }
    }
    at += length
    if (marker === startOfScan) {
      scans++
      at = endOfScan(bytes, at)
    }
  }
  return frame === undefined ? damaged('no frame') : { ...frame, scans }
}

/** Returns the offset of the next marker outside the entropy-coded data. */
function endOfScan(bytes: Uint8Array, start: number): number {
  for (let at = start; ; at++) {
    at = bytes.indexOf(0xff, at)
    if (at < 0) return bytes.length
    const next = bytes[at + 1]
    if (next !== 0 && !isRestart(next)) return at
  }
}
