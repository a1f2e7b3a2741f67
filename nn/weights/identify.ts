/** File types other than weights, by their first bytes, with advice. */
const kinds: readonly (readonly [begins: string, what: string])[] = [
  ['\x1f\x8b', 'a gzip archive; unpack it first'],
  ['BZh', 'a bzip2 archive; unpack it first'],
  ['\xfd7zXZ', 'an xz archive; unpack it first'],
  ['\x28\xb5\x2f\xfd', 'a Zstandard archive; unpack it first'],
  ['7z\xbc\xaf', 'a 7z archive; unpack it first'],
  ['Rar!', 'a RAR archive; unpack it first'],
  ['version https://git-lfs', 'a git-lfs pointer instead of the file; `git lfs pull` fetches the file'],
  ['\x89HDF\r\n', 'an HDF5 file, as written by Keras'],
  ['\x93NUMPY', 'a NumPy array'],
  ['GGUF', 'a GGUF file, for llama.cpp'],
  ['\x08\x01\x12', 'a TensorFlow SavedModel'],
  ['\x89PNG', 'a PNG image'],
  ['\xff\xd8\xff', 'a JPEG image'],
]

/** The magic number of LevelDB tables, which ends the index of a TensorFlow checkpoint. */
const tableEnd = '\x57\xfb\x80\x8b\x24\x75\x47\xdb'

/** Describes the kind of a file that does not hold weights, for messages. */
export function identify(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'an empty file'
  const start = latin1(bytes.subarray(0, 300))
  const known = kinds.find(([begins]) => start.startsWith(begins))
  if (known !== undefined) return known[1]
  if (/^\s*(<!doctype html|<html|<head|<\?xml)/i.test(start))
    return 'an HTML page, perhaps from a failed download'
  if (start.slice(257, 262) === 'ustar') return 'a tar archive; unpack it first'
  if (start.slice(4, 8) === 'TFL3') return 'a TensorFlow Lite file'
  if (latin1(bytes.subarray(-8)) === tableEnd) return 'the index of a TensorFlow checkpoint'
  if (/^[\t\r\n -~]+$/.test(start)) return `text that begins with '${start.trim().slice(0, 40)}'`
  return `of unknown type: it begins with the bytes ${hexadecimal(bytes.subarray(0, 8))}`
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
}

function hexadecimal(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ')
}
