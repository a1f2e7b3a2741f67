import { InvalidArgumentError, Option } from 'commander'
import { parse } from 'yaml'
import { demand } from '../base/errors.ts'
import type { Settings } from '../train/index.ts'

/** `--set`, which may be given more than once: a value by its place in a recipe. */
export function setOption(description: string): Option {
  return new Option('--set <place=value>', `${description}; may be repeated`)
    .argParser((text: string, before: Settings): Settings => {
      const [, place, value] = /^([^=]+)=(.+)$/s.exec(text) ?? []
      if (place === undefined) throw new InvalidArgumentError('Expected place=value.')
      return { ...before, [place]: valueIn(value) }
    })
    .default({}, 'as published')
}

/** As in a recipe: `0.1` is a number, `[1, 2]` a list. */
function valueIn(text: string): unknown {
  try {
    return parse(text)
  } catch (error) {
    throw new InvalidArgumentError(`Expected a value as in YAML: ${(error as Error).message}`)
  }
}

/** The options of each method, out of settings of the form `methods.METHOD.OPTION`. */
export function optionsByMethod(
  settings: Settings,
  methods: readonly string[],
): Record<string, Record<string, unknown>> {
  const sorted: Record<string, Record<string, unknown>> = Object.fromEntries(
    methods.map((method) => [method, {}]),
  )
  for (const [place, value] of Object.entries(settings)) {
    const [root, method, name, ...more] = place.split('.')
    demand(
      root === 'methods' && Object.hasOwn(sorted, method) && name !== undefined && more.length === 0,
      () => `--set ${place}: expected methods.METHOD.OPTION=VALUE with a method out of ${methods.join(', ')}`,
    )
    sorted[method] = { ...sorted[method], [name]: value }
  }
  return sorted
}
