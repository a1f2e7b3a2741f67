import { configDefaults, defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // They have runs of their own: npm run test:gpu, npm run test:browser.
    exclude: [...configDefaults.exclude, 'test/gpu/**', 'test/browser/**'],
    testTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
  },
})
