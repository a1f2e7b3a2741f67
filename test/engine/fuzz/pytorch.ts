import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Outcome } from './outcome.ts'

/** A tensor as PyTorch is sent it. */
export interface Sent {
  readonly elements: ArrayLike<number>
  readonly shape: readonly number[]
  readonly dtype: string
  readonly differentiable: boolean
}

type Reply =
  | { readonly refused: string }
  | {
      readonly kind: Outcome['kind']
      readonly shape: number[]
      readonly elements: string
      readonly gradients: string[]
    }

/** Any Python with PyTorch 1.13 or later: THERMOGRAD_PYTHON names it. */
export const python = process.env.THERMOGRAD_PYTHON ?? '/usr/bin/python3'

/** PyTorch in a process of its own, that computes in float64. */
export class Pytorch {
  readonly version: string
  readonly #process: ChildProcess
  readonly #lines: AsyncIterator<string>

  private constructor(version: string) {
    this.version = version
    this.#process = spawn(python, [join(import.meta.dirname, 'pytorch.py')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    this.#lines = createInterface({ input: this.#process.stdout! })[Symbol.asyncIterator]()
  }

  /** None where there is no PyTorch. */
  static open(): Pytorch | undefined {
    try {
      const script = 'import torch; print(torch.__version__)'
      return new Pytorch(execFileSync(python, ['-c', script], { encoding: 'utf8', stdio: 'pipe' }).trim())
    } catch {
      return undefined
    }
  }

  /** What an expression over the tensors `x[i]` gives, or why PyTorch refuses it. */
  async evaluate(
    call: string,
    tensors: readonly Sent[],
    cotangent: Float64Array,
  ): Promise<Outcome | { readonly refused: string }> {
    const operands = tensors.map(({ elements, ...rest }) => ({ ...rest, elements: encode(elements) }))
    this.#process.stdin!.write(`${JSON.stringify({ call, operands, cotangent: encode(cotangent) })}\n`)
    const { value, done } = await this.#lines.next()
    if (done) throw new Error(`PyTorch ended at ${call}`)
    const reply = JSON.parse(value) as Reply
    if ('refused' in reply) return reply
    const { kind, shape, elements, gradients } = reply
    return { kind, shape, results: [elements, ...gradients].map(decode) }
  }

  async close(): Promise<void> {
    this.#process.stdin!.end()
    await once(this.#process, 'exit')
  }
}

function encode(elements: ArrayLike<number>): string {
  return Buffer.from(Float64Array.from(elements).buffer).toString('base64')
}

function decode(text: string): Float64Array {
  const bytes = Buffer.from(text, 'base64')
  return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
}
