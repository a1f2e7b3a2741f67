import type { Rule } from './arguments.ts'
import { demand, describe } from './errors.ts'

/** What a definition has in common with those of other kinds. */
export interface Named {
  /** What it defines: `'network'`, `'method'` or `'data set'`. */
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
  /** What a name stands for in messages, such as `method`. */
  readonly #title: string
  readonly definitions: readonly Definition[]
  readonly #byName: ReadonlyMap<string, Definition>

  constructor(title: string, definitions: readonly Definition[]) {
    this.#title = title
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

  /** Returns the definition with this name or alias. Throws if there is none. */
  named(name: string): Definition {
    const found = this.find(name)
    demand(
      found !== undefined,
      () => `${this.#title}: expected one of ${this.names.join(', ')}, got ${describe(name)}`,
    )
    return found
  }

  /** Returns a registry with further definitions. Throws if a name is taken; `source` says where they come from. */
  with(further: readonly Definition[], source: string): Registry<Definition> {
    const taken = new Set(this.#byName.keys())
    for (const name of further.flatMap(namesOf)) {
      demand(
        !taken.has(name),
        () => `${source}: expected another name, there is already a ${this.#title} ${name}`,
      )
      taken.add(name)
    }
    return new Registry(this.#title, [...this.definitions, ...further])
  }
}

function namesOf({ name, aliases = [] }: Named): string[] {
  return [name, ...aliases]
}
