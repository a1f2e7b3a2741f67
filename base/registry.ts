import type { Rule } from './arguments.ts'
import { demand, describe } from './errors.ts'
import { nearestFirst } from './suggestions.ts'

/** What a definition has in common with those of other kinds. */
export interface Named {
  /** What it defines: `'network'`, `'method'` or `'dataset'`. */
  readonly kind: string
  readonly name: string
  /** Other names by which it is known. */
  readonly aliases?: readonly string[] | undefined
}

/** A name that can stand in a path, a comma-separated list and the keys of a recipe. */
export const nameRule: Rule = {
  expected: 'a name of letters, digits, dashes and underscores that begins with a letter',
  allows: (value) => typeof value === 'string' && /^[A-Za-z][\w-]*$/.test(value),
}

const definitions = new WeakSet<object>()

/** Freezes a checked definition. Only the results of this function are definitions, see `isDefinition`. */
export function asDefinition<Definition extends Named>(checked: Definition): Definition {
  definitions.add(checked)
  return Object.freeze(checked)
}

/** Whether a value is a definition that this copy of the package has checked. */
export function isDefinition(value: unknown): value is Named {
  return typeof value === 'object' && value !== null && definitions.has(value)
}

/** The definitions of one kind, by name. It never changes: `with` returns a larger one. */
export class Registry<Definition extends Named> {
  readonly #kind: Definition['kind']
  readonly definitions: readonly Definition[]
  readonly #byName: ReadonlyMap<string, Definition>

  constructor(kind: Definition['kind'], definitions: readonly Definition[]) {
    this.#kind = kind
    this.definitions = definitions
    this.#byName = new Map(definitions.flatMap((each) => namesOf(each).map((name) => [name, each])))
  }

  /** The names, without aliases. */
  get names(): string[] {
    return this.definitions.map(({ name }) => name)
  }

  /** Returns the definition with this name or alias, if there is one. */
  find(name: string): Definition | undefined {
    return this.#byName.get(name)
  }

  /** Returns the definition with this name or alias. Throws, with the nearest names first, if there is none. */
  named(name: string): Definition {
    const found = this.find(name)
    demand(
      found !== undefined,
      () =>
        `${this.#kind}: expected one of ${nearestFirst(String(name), this.names).join(', ')}, got ${describe(name)}`,
    )
    return found
  }

  /** Returns the definition with this name or alias, or the given definition. Throws for anything else. */
  definitionOf(given: string | Definition): Definition {
    if (typeof given !== 'object' || given === null) return this.named(given)
    demand(
      isDefinition(given) && given.kind === this.#kind,
      () =>
        `${this.#kind}: expected a name or the result of define${capitalized(this.#kind)}, got ${describe(given)}`,
    )
    return given
  }

  /** Returns a registry with further definitions. Throws if a name is taken; `source` says where they come from. */
  with(further: readonly Definition[], source: string): Registry<Definition> {
    const taken = new Set(this.#byName.keys())
    for (const name of further.flatMap(namesOf)) {
      demand(
        !taken.has(name),
        () => `${source}: expected another name, there is already a ${this.#kind} ${name}`,
      )
      taken.add(name)
    }
    return new Registry(this.#kind, [...this.definitions, ...further])
  }
}

function namesOf({ name, aliases = [] }: Named): string[] {
  return [name, ...aliases]
}

function capitalized(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
