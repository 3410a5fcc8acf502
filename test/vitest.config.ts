import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const fromRoot = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url))

export default defineConfig({
  root: fromRoot('.'),
  resolve: {
    alias: [
      { find: /^tradewire$/, replacement: fromRoot('src/index.ts') },
      { find: /^tradewire\/(.+)$/, replacement: fromRoot('src/$1.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    // The processes cost more than the tests: two of them are what a small machine has.
    maxWorkers: 2,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      reporter: ['text-summary', 'json-summary'],
      thresholds: { lines: 100, branches: 100 },
      reportsDirectory: fromRoot('coverage'),
    },
    typecheck: {
      include: ['test/types/**/*.test-d.ts'],
      checker: 'tsc',
      tsconfig: fromRoot('tsconfig.json'),
      // Errors outside type tests are the business of check:types.
      ignoreSourceErrors: true,
    },
  },
})
