import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: {
    alias: [
      // The file that Node loads for everybody else: a second copy of graphql-js would refuse the
      // types of the first.
      { find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql')) },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/global-setup.ts'],
    pool: 'forks',
    // One for each core: much of the time goes by in processes that tests start and wait for.
    maxWorkers: availableParallelism(),
    // Else V8 collects all of the heap each time that 64 MB of engines came and went, a third of
    // the time of tests that make many.
    execArgv: ['--external-memory-accounted-in-global-limit'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
