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
    // The processes cost more than the tests: two of them are what a small machine has.
    maxWorkers: 2,
    globalSetup: fromRoot('test/support/stripped-once.ts'),
    projects: [
      {
        extends: true,
        test: {
          name: 'tests',
          include: ['test/**/*.test.ts'],
          exclude: ['test/types/*.test.ts'],
        },
      },
      {
        // They run the compiler, and one of them takes its time: alone, after all others.
        extends: true,
        test: {
          name: 'compiled',
          include: ['test/types/*.test.ts'],
          sequence: { groupOrder: 1 },
          fileParallelism: false,
          testTimeout: 60_000,
        },
      },
    ],
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      // What runs in processes and threads of its own is not seen from here.
      exclude: ['src/cli/**', 'src/log/sqlite-worker.ts'],
      reporter: ['text-summary', 'json-summary'],
      // What only a full stack reaches differs a little from run to run; what only damaged pages of a log
      // reach is the business of test/crash.
      thresholds: { lines: 99.5, branches: 99 },
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
