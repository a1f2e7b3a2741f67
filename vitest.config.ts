import { configDefaults, defineConfig } from 'vitest/config'

const forks = { pool: 'forks', testTimeout: 120_000 } as const

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...forks,
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, 'test/gpu/**', 'test/browser/**'],
        },
      },
      { test: { ...forks, name: 'gpu', include: ['test/gpu/**/*.test.ts'] } },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          // A software GPU takes a second a step, and more on a busy machine.
          testTimeout: 900_000,
          hookTimeout: 300_000,
          pool: 'forks',
          maxWorkers: 1,
        },
      },
    ],
  },
})
