import {
  type Alias,
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
import { demand, InvalidInputError } from '../errors.ts'
import { readText } from './regularFile.ts'
import { check, type Mistake, sentenceOf } from './schemaMistakes.ts'

/** Limit in characters: about twenty times the longest recipe. */
const longest = 2 ** 16

/** Limit of aliases, because resolving each takes a walk through the document. */
const mostAliases = 100

/** A YAML document that knows which line its values came from. */
export class YamlFile {
  /** The name that messages use: its path. */
  readonly source: string
  /** The document as plain objects, arrays, strings, numbers, booleans and nulls. */
  readonly value: unknown
  readonly #document: Document
  readonly #lines: LineCounter

  /**
   * Throws, with line and column, for text that is not YAML or is ambiguous, such as a repeated key. Takes time in
   * proportion to the text, which may have up to 65,536 characters.
   */
  constructor(text: string, source: string) {
    this.source = source
    this.#lines = new LineCounter()
    demand(
      text.length <= longest,
      () => `${source}: expected YAML of at most ${longest} characters, got ${text.length}`,
    )
    // The library compares each key with all before it, in quadratic time: `#demandPlainKeys` compares them instead.
    const options = {
      lineCounter: this.#lines,
      prettyErrors: false,
      logLevel: 'error',
      uniqueKeys: false,
    } as const
    // Documents nested too deeply overflow the stack, and aliases can expand to more than memory holds.
    this.#document = this.#try(() => parseDocument(text, options))
    const [error] = [...this.#document.errors, ...this.#document.warnings]
    if (error !== undefined) throw this.#errorAt(error.pos[0], error.message)
    const aliases: Alias[] = []
    this.#try(() =>
      visit(this.#document, {
        Alias: (_, alias) => void aliases.push(alias),
        Map: (_, map) => this.#demandPlainKeys(map),
      }),
    )
    if (aliases.length > mostAliases)
      throw this.#errorAt(offsetOfNode(aliases[mostAliases]), `expected at most ${mostAliases} aliases`)
    for (const alias of aliases) {
      if (this.#try(() => alias.resolve(this.#document)) === undefined)
        throw this.#errorAt(offsetOfNode(alias), `no anchor &${alias.source} precedes this alias`)
    }
    this.value = this.#try(() => this.#document.toJS({ maxAliasCount: mostAliases }))
  }

  /** Returns the schema's output for the document. Throws its first mistake, with line and column; see `check`. */
  as<Schema extends z.ZodType>(schema: Schema): z.output<Schema> {
    const checked = check(this.value, schema)
    if ('fitting' in checked) return checked.fitting
    const [first] = checked.mistakes
      .map((mistake) => ({ mistake, offset: this.#offsetOf(mistake) }))
      .sort((a, b) => a.offset - b.offset)
    throw this.#errorAt(first.offset, sentenceOf(first.mistake))
  }

  /** Throws for a repeated key, and for a key that is a list or a map. */
  #demandPlainKeys(map: YAMLMap): void {
    const seen = new Set<string>()
    for (const { key } of map.items) {
      if (isNode(key) && !isScalar(key)) throw this.#errorAt(offsetOfNode(key), 'expected a plain key')
      const name = nameOf(key)
      if (seen.has(name)) throw this.#errorAt(offsetOfNode(key), `duplicate key ${name}`)
      seen.add(name)
    }
  }

  #errorAt(offset: number, sentence: string): InvalidInputError {
    const { line, col } = this.#lines.linePos(offset)
    return new InvalidInputError(`${this.source}:${Math.max(line, 1)}:${Math.max(col, 1)}: ${sentence}`)
  }

  #try<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      if (error instanceof InvalidInputError) throw error
      throw new InvalidInputError(`${this.source}: cannot be read as YAML (${(error as Error).message})`)
    }
  }

  /** Returns the offset of the wrong value or unknown key; for a missing value, that of the collection that lacks it. */
  #offsetOf({ path, isUnknownKey }: Mistake): number {
    let node: unknown = this.#document.contents
    let offset = offsetOfNode(node)
    for (const key of path) {
      const collection = isAlias(node) ? node.resolve(this.#document) : node
      if (!isCollection(collection)) break
      const item = isSeq(collection)
        ? collection.items[Number(key)]
        : collection.items.find((pair) => nameOf(pair.key) === key)
      if (item === undefined) break
      node = isPair(item) ? item.value : item
      offset = offsetOfNode(isPair(item) && (isUnknownKey || !isNode(node)) ? item.key : node)
    }
    return offset
  }
}

/** Returns the property name that a key becomes. */
function nameOf(key: unknown): string {
  return String(isScalar(key) ? key.value : key)
}

function offsetOfNode(node: unknown): number {
  return (isNode(node) ? node.range?.[0] : undefined) ?? 0
}

/** Reads a YAML file. Throws if there is no such file. */
export async function readYaml(path: string): Promise<YamlFile> {
  return new YamlFile(await readText(path, 4 * longest), path)
}
