import { kindOf } from '../../../base/files/pickle/values.ts'
import type { Refuse } from '../../../base/files/refusal.ts'
import { TensorView } from './tensorView.ts'

type Views = ReadonlyMap<string, TensorView>

/** Keys under which training scripts save the weights next to epoch and optimizer, most likely first. */
const usualKeys = ['model', 'state_dict', 'net', 'model_state_dict', 'network', 'weights', 'params']

/** Prefixes that wrappers of networks add to every name: `DataParallel` and `torch.compile`. */
const usualPrefixes = ['module.', '_orig_mod.']

/**
 * Returns the state dictionary in a saved value: the value itself, the entry under a usual key, or the only entry that is a
 * state dictionary. Drops prefixes of wrappers that all names share.
 */
export function stateDictIn(value: unknown, refuse: Refuse): Views {
  const views = find(value) ?? refuse(`expected a dictionary of tensors, but it holds ${describe(value)}`)
  return usualPrefixes.reduce(dropPrefix, views)
}

function find(value: unknown): Views | undefined {
  if (isViews(value)) return value
  if (!(value instanceof Map)) return undefined
  const usual = usualKeys.map((key) => value.get(key)).find(isViews)
  if (usual !== undefined) return usual
  const candidates = [...new Set(value.values())].filter(isViews)
  return candidates.length === 1 ? candidates[0] : undefined
}

function isViews(value: unknown): value is Views {
  return (
    value instanceof Map &&
    value.size > 0 &&
    value.entries().every(([name, view]) => typeof name === 'string' && view instanceof TensorView)
  )
}

function dropPrefix(views: Views, prefix: string): Views {
  if (!views.keys().every((name) => name.startsWith(prefix))) return views
  return new Map(Array.from(views, ([name, view]) => [name.slice(prefix.length), view]))
}

/** Describes a value by its kind, and a dictionary by its first entries. */
function describe(value: unknown): string {
  if (!(value instanceof Map)) return kindOf(value)
  const entries = [...value].slice(0, 5).map(([key, entry]) => `${shortly(key)}: ${kindOf(entry)}`)
  return `a dictionary { ${[...entries, ...(value.size > 5 ? ['…'] : [])].join(', ')} }`
}

function shortly(key: unknown): string {
  return typeof key === 'string' ? key.slice(0, 40) : typeof key === 'number' ? String(key) : kindOf(key)
}
