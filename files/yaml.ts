import { readFile } from 'node:fs/promises'
import {
  type Document,
  isAlias,
  isCollection,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml'
import type { z } from 'zod'
import { InvalidInputError } from '../engine/errors.ts'
import { check, type Mistake, sentenceOf } from './schemaMistakes.ts'

/** A YAML document that knows which line its values came from. */
export class YamlFile {
  /** What messages call it: its path. */
  readonly source: string
  /** As plain objects, arrays, strings, numbers, booleans and nulls. */
  readonly value: unknown
  readonly #document: Document
  readonly #lines: LineCounter

  /** Throws, with line and column, for text that is no YAML or whose meaning is open, such as a key that is there twice. */
  constructor(text: string, source: string) {
    this.source = source
    this.#lines = new LineCounter()
    const options = { lineCounter: this.#lines, prettyErrors: false, logLevel: 'error' } as const
    // Documents that are nested too deeply overflow the stack, aliases may stand for more than there is memory for.
    this.#document = this.#try(() => parseDocument(text, options))
    const [error] = [...this.#document.errors, ...this.#document.warnings]
    if (error !== undefined) throw this.#errorAt(error.pos[0], error.message)
    visit(this.#document, {
      Alias: (_, alias) => {
        if (alias.resolve(this.#document) === undefined)
          throw this.#errorAt(offsetOfNode(alias), `there is no anchor &${alias.source} before this alias`)
      },
    })
    this.value = this.#try(() => this.#document.toJS({ maxAliasCount: 100 }))
  }

  /** What a schema makes of it. Throws what is wrong with it first, with line and column; see `check`. */
  as<Schema extends z.ZodType>(schema: Schema): z.output<Schema> {
    const checked = check(this.value, schema)
    if ('fitting' in checked) return checked.fitting
    const [first] = checked.mistakes
      .map((mistake) => ({ mistake, offset: this.#offsetOf(mistake) }))
      .sort((a, b) => a.offset - b.offset)
    throw this.#errorAt(first.offset, sentenceOf(first.mistake))
  }

  #errorAt(offset: number, sentence: string): InvalidInputError {
    const { line, col } = this.#lines.linePos(offset)
    return new InvalidInputError(`${this.source}:${Math.max(line, 1)}:${Math.max(col, 1)}: ${sentence}`)
  }

  #try<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw new InvalidInputError(`${this.source}: cannot be read as YAML (${(error as Error).message})`)
    }
  }

  /** Where the wrong value begins, or the unknown key; for what is missing, where that begins that it is missing in. */
  #offsetOf({ path, isUnknownKey }: Mistake): number {
    let node: unknown = this.#document.contents
    let offset = offsetOfNode(node)
    for (const key of path) {
      const collection = isAlias(node) ? node.resolve(this.#document) : node
      if (!isCollection(collection)) break
      const item = collection.items[isSeq(collection) ? Number(key) : keysOf(collection).indexOf(key)]
      if (item === undefined) break
      node = isPair(item) ? item.value : item
      offset = offsetOfNode(isPair(item) && (isUnknownKey || !isNode(node)) ? item.key : node)
    }
    return offset
  }
}

function keysOf(map: YAMLMap): string[] {
  return map.items.map(({ key }) => String(isScalar(key) ? key.value : key))
}

function offsetOfNode(node: unknown): number {
  return (isNode(node) ? node.range?.[0] : undefined) ?? 0
}

/** Throws where there is no such file. */
export async function readYaml(path: string): Promise<YamlFile> {
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new InvalidInputError(`${path}: cannot read this file (${error.message})`)
  })
  return new YamlFile(text, path)
}
