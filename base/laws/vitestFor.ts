import { demand } from '../errors.ts'

type Register = (name: string, body: () => Promise<void>) => void

/** The part of vitest that laws use, declared here so the package's types do not depend on vitest. */
export interface Vitest {
  readonly describe: (name: string, body: () => void) => void
  readonly it: Register & { readonly skipIf: (condition: unknown) => Register }
  readonly expect: { readonly fail: (message: string) => unknown }
}

/** Loaded only under vitest; checking laws elsewhere does not need it. */
const vitest: Vitest | undefined = globalThis.process?.env['VITEST'] ? await import('vitest') : undefined

/** @internal Returns vitest, for a function that registers tests. Throws outside vitest. */
export function vitestFor(name: string, instead: string): Vitest {
  demand(vitest !== undefined, () => `${name}: expected to run under vitest; elsewhere, call ${instead}`)
  return vitest
}
