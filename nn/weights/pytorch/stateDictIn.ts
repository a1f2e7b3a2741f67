import { kindOf } from '../../../base/files/pickle/values.ts'
import type { Refuse } from '../../../base/files/refusal.ts'
import { TensorView } from './tensorView.ts'

type Views = ReadonlyMap<string, TensorView>

/** Where training scripts put the weights beside their epoch and optimizer, the likeliest first. */
const usualPlaces = ['model', 'state_dict', 'net', 'model_state_dict', 'network', 'weights', 'params']

/** What wrappers of networks put before every name: `DataParallel`, and compilation. */
const usualPrefixes = ['module.', '_orig_mod.']

/**
 * The state dictionary in what was saved: that itself, or what stands under a usual name in it, or its only entry that
 * is one. Prefixes that all names share because the network was wrapped are dropped.
 */
export function stateDictIn(value: unknown, refuse: Refuse): Views {
  const views = find(value) ?? refuse(`expected a dictionary of tensors, but it holds ${describe(value)}`)
  return usualPrefixes.reduce(dropPrefix, views)
}

function find(value: unknown): Views | undefined {
  if (isViews(value)) return value
  if (!(value instanceof Map)) return undefined
  const usual = usualPlaces.map((place) => value.get(place)).find(isViews)
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

/** What a value is, and for a dictionary its first entries. */
function describe(value: unknown): string {
  if (!(value instanceof Map)) return kindOf(value)
  const entries = [...value].slice(0, 5).map(([key, entry]) => `${shortly(key)}: ${kindOf(entry)}`)
  return `a dictionary { ${[...entries, ...(value.size > 5 ? ['…'] : [])].join(', ')} }`
}

function shortly(key: unknown): string {
  return typeof key === 'string' ? key.slice(0, 40) : typeof key === 'number' ? String(key) : kindOf(key)
}
