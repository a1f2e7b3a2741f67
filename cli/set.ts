import { InvalidArgumentError, Option } from 'commander'
import { parse } from 'yaml'
import { demand } from '../base/errors.ts'
import type { Settings } from '../train/index.ts'

/** `--set`, which may be repeated: sets the value at a path in a recipe. */
export function setOption(description: string): Option {
  return new Option('--set <path=value>', `${description}; may be repeated`)
    .argParser((text: string, before: Settings): Settings => {
      const [, path, value] = /^([^=]+)=(.+)$/s.exec(text) ?? []
      if (path === undefined) throw new InvalidArgumentError('Expected path=value.')
      return { ...before, [path]: valueIn(value) }
    })
    .default({}, 'as published')
}

/** Parses a value as in a recipe: `0.1` is a number, `[1, 2]` a list. */
function valueIn(text: string): unknown {
  try {
    return parse(text)
  } catch (error) {
    throw new InvalidArgumentError(`Expected a YAML value: ${(error as Error).message}`)
  }
}

/** Collects the options of each method from settings of the form `methods.METHOD.OPTION`. */
export function optionsByMethod(
  settings: Settings,
  methods: readonly string[],
): Record<string, Record<string, unknown>> {
  const sorted: Record<string, Record<string, unknown>> = Object.fromEntries(
    methods.map((method) => [method, {}]),
  )
  for (const [path, value] of Object.entries(settings)) {
    const [root, method, name, ...more] = path.split('.')
    demand(
      root === 'methods' && Object.hasOwn(sorted, method) && name !== undefined && more.length === 0,
      () =>
        `--set ${path}: expected methods.METHOD.OPTION=VALUE with one of the methods ${methods.join(', ')}`,
    )
    sorted[method] = { ...sorted[method], [name]: value }
  }
  return sorted
}
