import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'

/*
 * TensorBoard's event files: records of a length, its checksum, an `Event` as a protocol buffer, and its checksum
 * (tensorflow/core/lib/io/record_writer.cc; tensorflow/core/util/event.proto).
 */

/** Returns the first record of a file: its version. */
export function fileHeader(seconds: number): Uint8Array {
  return record(event(seconds, 0).tag(3, WireType.LengthDelimited).string('brain.Event:2').finish())
}

/** Returns a record of named numbers at a step; `seconds` count from 1970. */
export function scalarRecord(
  seconds: number,
  step: number,
  scalars: Readonly<Record<string, number>>,
): Uint8Array {
  const writer = event(seconds, step).tag(5, WireType.LengthDelimited).fork()
  for (const [name, value] of Object.entries(scalars)) {
    writer.tag(1, WireType.LengthDelimited).fork()
    writer.tag(1, WireType.LengthDelimited).string(name)
    writer.tag(2, WireType.Bit32).float(value)
    writer.join()
  }
  return record(writer.join().finish())
}

function event(seconds: number, step: number): BinaryWriter {
  return new BinaryWriter().tag(1, WireType.Bit64).double(seconds).tag(2, WireType.Varint).int64(step)
}

function record(bytes: Uint8Array): Uint8Array {
  const length = new Uint8Array(8)
  new DataView(length.buffer).setBigUint64(0, BigInt(bytes.length), true)
  return new Uint8Array([...length, ...maskedChecksum(length), ...bytes, ...maskedChecksum(bytes)])
}

/** CRC-32C, rotated and offset by a constant, so that checksums of data that contain checksums remain effective. */
function maskedChecksum(bytes: Uint8Array): Uint8Array {
  const checksum = crc32c(bytes)
  const masked = (((checksum >>> 15) | (checksum << 17)) + 0xa282ead8) >>> 0
  const result = new Uint8Array(4)
  new DataView(result.buffer).setUint32(0, masked, true)
  return result
}

/** Castagnoli's polynomial, bit-reversed. */
const polynomial = 0x82f63b78

function crc32c(bytes: Uint8Array): number {
  let remainder = 0xffffffff
  for (const byte of bytes) {
    remainder ^= byte
    for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? polynomial : 0)
  }
  return ~remainder >>> 0
}
