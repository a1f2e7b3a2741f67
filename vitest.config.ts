import { configDefaults, defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // They have a run of their own: npm run test:gpu.
    exclude: [...configDefaults.exclude, 'test/gpu/**'],
    testTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
  },
})
