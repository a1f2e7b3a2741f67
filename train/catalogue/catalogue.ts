import type { Registry } from '../../base/registry.ts'
import { datasets } from '../../datasets/builtIn.ts'
import type { DatasetDefinition } from '../../datasets/index.ts'
import { methods } from '../../kd/definitions.ts'
import type { MethodDefinition } from '../../kd/index.ts'
import type { NetworkDefinition } from '../../nn/index.ts'
import { networks } from '../../nn/models/networks.ts'
import { type Definition, loadedModule, type ModuleRecord } from './modules.ts'

/** What names stand for. */
export interface Catalogue {
  readonly networks: Registry<NetworkDefinition>
  readonly methods: Registry<MethodDefinition>
  readonly datasets: Registry<DatasetDefinition>
  /** The modules that define some of them. */
  readonly modules: readonly ModuleRecord[]
}

/** Thermograd's own networks, methods and data sets. */
const builtIn: Catalogue = { networks, methods, datasets, modules: [] }

const catalogues = new Map<string, Catalogue>()

/**
 * Returns thermograd's definitions with those of some modules, which have been loaded. Throws if two definitions of a kind
 * have one name.
 */
export function catalogueOf(modules: readonly string[] = []): Catalogue {
  if (modules.length === 0) return builtIn
  const key = JSON.stringify(modules)
  const known = catalogues.get(key) ?? modules.reduce(extended, builtIn)
  catalogues.set(key, known)
  return known
}

function extended({ networks, methods, datasets, modules }: Catalogue, path: string): Catalogue {
  const { sha256, definitions } = loadedModule(path)
  const source = `module ${path}`
  const further = <Kind extends Definition['kind']>(kind: Kind, known: readonly Definition[]) =>
    definitions.filter((each) => isOfKind(each, kind)).filter((each) => !known.includes(each))
  return {
    networks: networks.with(further('network', networks.definitions), source),
    methods: methods.with(further('method', methods.definitions), source),
    datasets: datasets.with(further('dataset', datasets.definitions), source),
    modules: [...modules, { path, sha256 }],
  }
}

function isOfKind<Kind extends Definition['kind']>(
  definition: Definition,
  kind: Kind,
): definition is Extract<Definition, { readonly kind: Kind }> {
  return definition.kind === kind
}
