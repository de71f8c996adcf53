import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/node-version.ts', 'test/support/expect.ts'],
    pool: 'forks',
    // A process runs many files: to load the program for each of 190 takes longer than most of them. So what a test
    // changes in the process it changes back, and shared modules of tests clean up when the process ends.
    isolate: false,
    // Much of the time is waiting for other processes, so no core is kept free.
    maxWorkers: '100%',
    testTimeout: 30_000,
    hookTimeout: 30_000,
    expect: { poll: { timeout: 10_000, interval: 10 } },
  },
})
