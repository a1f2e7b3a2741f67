import { describe, expect, it } from 'vitest'
import { InvalidInputError } from '../../base/errors.ts'
import { refusalOf } from '../../base/files/refusal.ts'
import { decodeJpeg } from '../../datasets/folder/jpeg.ts'
import jpegs from './fixtures/jpegs.json' with { type: 'json' }

const read = (file: Uint8Array) => decodeJpeg(file, refusalOf('a.jpg', 'JPEG image'))

const whole = Buffer.from(jpegs.rgb.jpeg, 'base64')
const progressive = Buffer.from(jpegs.progressive.jpeg, 'base64')

/** Where the first segment of a marker begins. */
const placeOf = (file: Buffer, marker: number) => file.indexOf(Buffer.of(0xff, marker))

function inserted(file: Buffer, at: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([file.subarray(0, at), bytes, file.subarray(at)])
}

/** The header of a frame of 60,000 × 60,000 pixels. */
const enormous = Buffer.from(whole.subarray(placeOf(whole, 0xc0), placeOf(whole, 0xc0) + 19))
enormous.writeUInt16BE(60_000, 5)
enormous.writeUInt16BE(60_000, 7)

describe('a JPEG file', () => {
  it('should be read whatever fills the place between its segments', async () => {
    const { pixels } = await read(whole)
    const frame = placeOf(whole, 0xc0)
    const fill = inserted(whole, frame, Buffer.of(0xff, 0xff, 0xff))
    expect((await read(fill)).pixels).toEqual(pixels)
    expect((await read(Buffer.concat([whole, Buffer.from('behind its end')]))).pixels).toEqual(pixels)
  })

  it('should be held to the size of the frame that is decoded, whatever stands before it', async () => {
    for (const disguise of [[0xff, 0x01], [0xff, 0xd3], [0xff, 0xff, 0xff, 0x01], []]) {
      // The length of the segment behind the marker would lead past the real frame, to a small one in a comment.
      const at = placeOf(whole, 0xc0)
      const file = inserted(whole, at, Buffer.concat([Buffer.from(disguise), enormous]))
      await expect(read(file)).rejects.toThrow('a second frame')
      const alone = Buffer.concat([
        whole.subarray(0, at),
        Buffer.from(disguise),
        enormous,
        whole.subarray(at + 19),
      ])
      await expect(read(alone)).rejects.toThrow('it has 60000×60000 pixels, expected 1 to 4194304')
    }
  })

  it('should not be searched for its frame in comments', async () => {
    const comment = Buffer.concat([Buffer.of(0xff, 0xfe, 0, 2 + enormous.length), enormous])
    const file = inserted(whole, placeOf(whole, 0xc0), comment)
    expect((await read(file)).pixels).toEqual((await read(whole)).pixels)
  })

  it('should be refused for scans without end', async () => {
    const at = placeOf(progressive, 0xda)
    const scan = progressive.subarray(at, at + 2 + progressive.readUInt16BE(at + 2))
    const many = inserted(progressive, at, Buffer.concat(Array(100).fill(scan)))
    await expect(read(many)).rejects.toThrow(/it has \d+ scans, expected at most 64/)
  })

  it('should be refused where segments lead nowhere', async () => {
    for (const end of [
      [],
      [0xff],
      [0xff, 0xe0],
      [0xff, 0xe0, 0],
      [0xff, 0xe0, 0, 1],
      [0xff, 0xd8],
      [0xff, 0xd9],
      [0],
    ]) {
      const error = await read(Buffer.of(0xff, 0xd8, ...end)).catch((error) => error)
      expect(error).toBeInstanceOf(InvalidInputError)
    }
  })
})
