import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './tests/longest-first.ts';

/** Tests that start browsers and server programs, install packages or run whole pipelines. */
const system = ['tests/system/**/*.test.ts'];
/** Tests that put something else in the place of a module of Node: for all that is loaded in their process. */
const alone = ['tests/base/files/write-atomically.test.ts'];

export default defineConfig({
  resolve: {
    alias: [
      {
        find: /^[./]+\/(?:base\/)?threads\/start-worker\.ts$/,
        replacement: join(import.meta.dirname, 'tests/compiled/start-worker.ts'),
      },
    ],
  },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'rooms',
          include: ['tests/**/*.test.ts'],
          exclude: [...system, ...alone],
          // Files share a process and what it has loaded: each in one of its own would spend about a second on that.
          isolate: false,
        },
      },
      { extends: true, test: { name: 'alone', include: alone } },
      { extends: true, test: { name: 'system', include: system } },
    ],
    globalSetup: ['tests/compiled/build.ts'],
    setupFiles: ['tests/each-file.ts'],
    // onnxruntime-node and PhysX keep threads of their own: processes end cleanly where worker threads may not.
    pool: 'forks',
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
