import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './tests/longest-first.ts';

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
    include: ['tests/**/*.test.ts'],
    globalSetup: ['tests/compiled/build.ts'],
    // onnxruntime-node and PhysX keep threads of their own: processes end cleanly where worker threads may not.
    pool: 'forks',
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
