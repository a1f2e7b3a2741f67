import type { Format } from './format.ts'

/** Every kind of files that strangers may hand to thermograd, loaded one by one: each is read by a process of its own. */
const loaders = {
  weights: async () => (await import('./weights.ts')).weights,
  png: async () => (await import('./images.ts')).png,
  jpeg: async () => (await import('./images.ts')).jpeg,
  archive: async () => (await import('./datasets.ts')).archive,
  pickle: async () => (await import('./datasets.ts')).pickle,
  idx: async () => (await import('./datasets.ts')).idx,
  recipe: async () => (await import('./recipe.ts')).recipe,
  runFolder: async () => (await import('./runs.ts')).runFolder,
  teacherCache: async () => (await import('./runs.ts')).teacherCache,
} satisfies Record<string, () => Promise<Format>>

export type FormatName = keyof typeof loaders

export const formatNames = Object.keys(loaders) as FormatName[]

export function formatNamed(name: FormatName): Promise<Format> {
  return loaders[name]()
}
