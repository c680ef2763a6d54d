import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './tests/longest-first.ts';

/** Tests that start browsers and server programs, install packages or run whole pipelines. */
const system = ['tests/system/**/*.test.ts'];
/**
 * Rooms whose test files share a process and what it has loaded: each in one of its own would spend the better part of a second on
 * that. Their tests mock no module and put back what they change; another room may join them once that holds for it.
 */
const together = [
  'cli',
  'compile',
  'deploy-unity',
  'envs/ragdoll',
  'envs/walker',
  'export',
  'film',
  'import-rig',
  'inspect',
  'lint',
  'onnx',
  'physics',
  'portable',
  'train/configuration',
  'train/judge',
  'train/learn',
  'train/policy',
  'unity-assets',
  'validate',
].map((room) => `tests/${room}/**/*.test.ts`);

export default defineConfig({
  resolve: {
    alias: [
      {
        find: /^[./]+\/(?:base\/)?threads\/start-(worker|process)\.ts$/,
        replacement: join(import.meta.dirname, 'tests/compiled/start-$1.ts'),
      },
    ],
  },
  test: {
    projects: [
      { extends: true, test: { name: 'together', include: together, isolate: false } },
      { extends: true, test: { name: 'alone', include: ['tests/**/*.test.ts'], exclude: [...system, ...together] } },
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
