import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './support/longest-first.ts'

const fromRoot = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url))

/** Tests of more than one room of src, those that replay long captures, and one that has a compiler in its process. */
const across = [
  'test/*.test.ts',
  'test/{cli,crash,docs,package,property,site,soak}/**/*.test.ts',
  'test/**/{flood,*-capture,declarations}.test.ts',
]
/** Tests that run the compiler. */
const compiled = 'test/types/*.test.ts'

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
    // What takes longer hangs, also on a machine with much else to do.
    testTimeout: 30_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 20_000 } },
    sequence: { sequencer: LongestFirst },
    globalSetup: fromRoot('test/support/stripped-once.ts'),
    setupFiles: fromRoot('test/support/repeatable.ts'),
    projects: [
      {
        extends: true,
        test: { name: 'across', include: across },
      },
      {
        // They are to reach all of the rooms that they are named after: coverage is asked of them alone.
        extends: true,
        test: {
          name: 'rooms',
          include: ['test/**/*.test.ts'],
          exclude: [...across, compiled],
        },
      },
      {
        // One of them takes its time: alone, after all others.
        extends: true,
        test: {
          name: 'compiled',
          include: [compiled],
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
