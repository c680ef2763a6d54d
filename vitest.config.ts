import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './tests/longest-first.ts';

/** Tests that start browsers, packages, server programs or whole pipelines. */
const system = 'tests/system/**/*.test.ts';

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
      { extends: true, test: { name: 'rooms', include: ['tests/**/*.test.ts'], exclude: [system] } },
      { extends: true, test: { name: 'system', include: [system] } },
    ],
    globalSetup: ['tests/compiled/build.ts'],
    // onnxruntime-node and PhysX keep threads of their own: processes end cleanly where worker threads may not.
    pool: 'forks',
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
