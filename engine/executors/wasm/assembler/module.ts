import { Bytes, type Code, flatten, text, unsigned, vector } from './encoding.ts'
import { control, i32 } from './instructions.ts'

/** The types of WebAssembly values that kernels use. */
export type ValueType = 'i32' | 'f32' | 'f64' | 'v128'

const typeCodes: Record<ValueType, number> = { i32: 0x7f, f32: 0x7d, f64: 0x7c, v128: 0x7b }

/** A parameter or a local variable of a function. */
export interface Local {
  readonly get: Code
  set(value: Code): Code
  tee(value: Code): Code
}

/** A function under construction. Its parameters are i32, mostly pointers; it returns nothing. */
export class FunctionBuilder {
  readonly parameterCount: number
  readonly #locals: ValueType[] = []
  /** Trees of code are flattened on arrival, so that they are short-lived. */
  readonly #body = new Bytes()

  constructor(parameterCount: number) {
    this.parameterCount = parameterCount
  }

  parameter(index: number): Local {
    return localAt(index)
  }

  local(type: ValueType): Local {
    return localAt(this.parameterCount + this.#locals.push(type) - 1)
  }

  /** Appends statements. */
  emit(...code: Code[]): void {
    this.#body.append(code)
  }

  /** Runs `write` and returns the code that it emits instead of appending it. */
  block(write: () => void): Code {
    const start = this.#body.length
    write()
    return this.#body.cut(start)
  }

  /** Emits `for (counter = 0; counter < count · step; counter += step) body`, or nothing if `count` is 0. */
  loop(count: number, step: number, body: (counter: Local) => void): void {
    if (count === 0) return
    const counter = this.local('i32')
    this.emit(counter.set(i32.const(0)))
    const code = this.block(() => body(counter))
    const next = counter.tee(i32.add(counter.get, i32.const(step)))
    this.emit(control.doWhile(code, i32.ne(next, i32.const(count * step))))
  }

  /** @internal Encodes the function for the code section. */
  encode(): Uint8Array<ArrayBuffer> {
    const runs: { type: ValueType; count: number }[] = []
    for (const type of this.#locals) {
      const last = runs.at(-1)
      if (last?.type === type) last.count++
      else runs.push({ type, count: 1 })
    }
    const locals = vector(runs.map(({ type, count }) => [unsigned(count), typeCodes[type]]))
    return flatten([locals, this.#body.copy(), 0x0b])
  }
}

function localAt(index: number): Local {
  return {
    get: [0x20, unsigned(index)],
    set: (value) => [value, 0x21, unsigned(index)],
    tee: (value) => [value, 0x22, unsigned(index)],
  }
}

/** An imported function that takes float64 numbers and returns one. */
export interface HostFunction {
  readonly name: string
  readonly parameterCount: number
}

/** Host functions are called by their index in `imports`; functions are exported under their index. */
export interface ModuleSource {
  readonly imports: readonly HostFunction[]
  readonly functions: readonly FunctionBuilder[]
  /** Default true. */
  readonly sharedMemory?: boolean
}

/** 4 GiB, the reach of 32-bit pointers. Shared memory must declare a maximum; pages cost nothing until they are used. */
const mostPages = 65536

/** Creates a memory of one page that can grow to 4 GiB. */
export function newMemory(shared: boolean): WebAssembly.Memory {
  return new WebAssembly.Memory({ initial: 1, maximum: mostPages, shared })
}

/** Assembles the bytes of a module over an imported memory `env.memory`. */
export function assemble({ imports, functions, sharedMemory = true }: ModuleSource): Uint8Array<ArrayBuffer> {
  const functionType = (parameters: readonly ValueType[], results: readonly ValueType[]): Code => [
    0x60,
    vector(parameters.map((type) => typeCodes[type])),
    vector(results.map((type) => typeCodes[type])),
  ]
  const hostType = ({ parameterCount }: HostFunction) =>
    functionType(new Array<ValueType>(parameterCount).fill('f64'), ['f64'])
  const ownType = ({ parameterCount }: FunctionBuilder) =>
    functionType(new Array<ValueType>(parameterCount).fill('i32'), [])
  const hostImport = ({ name }: HostFunction, index: number): Code => [
    text('env'),
    text(name),
    0x00,
    unsigned(index),
  ]
  // Limits with a maximum; 2 is the flag for shared.
  const limits: Code = [sharedMemory ? 0x03 : 0x01, unsigned(0), unsigned(mostPages)]
  const memoryImport: Code = [text('env'), text('memory'), 0x02, limits]

  const bytes = new Bytes()
  bytes.append([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00])
  const section = (id: number, items: readonly Code[]) => {
    const content = flatten(vector(items))
    bytes.append([id, unsigned(content.length), content])
  }
  section(1, [...imports.map(hostType), ...functions.map(ownType)])
  section(2, [...imports.map(hostImport), memoryImport])
  section(
    3,
    functions.map((_, i) => unsigned(imports.length + i)),
  )
  section(
    7,
    functions.map((_, i) => [text(String(i)), 0x00, unsigned(imports.length + i)]),
  )
  section(
    10,
    functions.map((builder) => {
      const code = builder.encode()
      return [unsigned(code.length), code]
    }),
  )
  return bytes.cut(0)
}
