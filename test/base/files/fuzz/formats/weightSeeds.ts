import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { unzipSync, zipSync } from 'fflate'
import { exportOnnx } from '../../../../../nn/onnx/index.ts'
import { writeStored } from '../../../../../nn/weights/formats.ts'
import { readWeightFile } from '../../../../../nn/weights/weights.ts'
import { tinyNetwork } from '../../../../train/tinyNetwork.ts'

const fixtures = join(import.meta.dirname, '../../../../nn/weights/fixtures')

/** Small files of every format: PyTorch's, the same with packed archives, ours, and a network in ONNX. */
export async function weightFiles(): Promise<Uint8Array[]> {
  const fromPytorch = readdirSync(fixtures)
    .filter((name) => /^(kinds|training).*\.pt?h$/.test(name))
    .map((name) => new Uint8Array(readFileSync(join(fixtures, name))))
  const packed = fromPytorch.filter(isZip).map((bytes) => zipSync(unzipSync(bytes), { level: 9 }))
  const kinds = await readWeightFile(join(fixtures, 'kinds_zip.pth'))
  const ours = ['weights.safetensors', 'weights.pth'].map((name) => writeStored(name, kinds))
  return [...fromPytorch, ...packed, ...ours, await exportOnnx(tinyNetwork(), { image: [1, 4, 4] })]
}

export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b
}
