import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createModel, readWeightFile, saveWeights } from '../../nn/index.ts'
import { temporaryFolder } from '../train/temporaryFolder.ts'
import { thermograd } from './commandLine.ts'

describe('convert', () => {
  it('should carry weights to PyTorch and back, bit by bit, and tell how many', async () => {
    const folder = await temporaryFolder()
    const [first, second, third] = ['a.safetensors', 'b.pth', 'c.safetensors'].map((name) =>
      join(folder, name),
    )
    await saveWeights(first, createModel('resnet8', { classes: 10 }).stateDict())
    const { code, stdout } = await thermograd(['convert', first, second])
    expect([code, stdout]).toEqual([0, `${second}: 56 tensors, 78,723 numbers\n`])
    const model = ['--model', 'resnet8', '--num-classes', '10', '--json']
    const result = await thermograd(['convert', second, third, ...model])
    expect(JSON.parse(result.stdout)).toMatchObject({ to: third, model: 'resnet8', tensors: 56 })
    expect(await readWeightFile(third)).toEqual(await readWeightFile(first))
    expect(await readFile(third)).toEqual(await readFile(first))
  })

  it('should export a network to ONNX', async () => {
    const folder = await temporaryFolder()
    const [weights, onnx] = ['a.pth', 'a.onnx'].map((name) => join(folder, name))
    await saveWeights(weights, createModel('resnet8', { classes: 10, channels: 1 }).stateDict())
    const model = ['--model', 'resnet8', '--num-classes', '10', '--channels', '1', '--image-size', '8']
    expect((await thermograd(['convert', weights, onnx, ...model])).code).toBe(0)
    const text = (await readFile(onnx)).toString('latin1')
    expect(text).toContain('thermograd')
    expect(text).toContain('layer3.0.conv2.weight')
  })

  it('should say what does not fit, and what is missing', async () => {
    const folder = await temporaryFolder()
    const [weights, onnx] = ['a.pth', 'a.onnx'].map((name) => join(folder, name))
    await saveWeights(weights, createModel('resnet8', { classes: 10 }).stateDict())
    const complaint = async (...argv: string[]) => {
      const { code, stderr } = await thermograd(['convert', ...argv])
      expect(code).toBe(2)
      return stderr
    }
    expect(await complaint(weights, onnx)).toBe(
      `thermograd: ${onnx}: expected --model, the network that has these weights\n`,
    )
    expect(await complaint(weights, onnx, '--model', 'resnet8')).toBe(
      `thermograd: ${weights}: the weights do not fit the network: 2 of another shape (fc.weight is [10, 64], expected [100, 64], ` +
        'fc.bias is [10], expected [100])\n',
    )
    expect(await complaint(weights, 'a.bin')).toContain('a.bin: expected the extension .safetensors')
    expect(await complaint(join(folder, 'none.pth'), 'b.pth')).toContain(
      'none.pth: there is no such file or folder',
    )
    expect(await complaint(weights)).toContain("missing required argument 'out'")
  })
})
